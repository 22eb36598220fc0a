# The daemon in a container. Built from the root of the repository:
#   docker build -f scripts/deploy/runtime.Dockerfile -t jamey-runtime .
FROM oven/bun:1.4.5 AS build
WORKDIR /source
COPY . .
RUN sh scripts/with-bun.sh scripts/build.ts

FROM debian:stable-slim
RUN useradd --uid 1000 --home-dir /app --shell /bin/sh jamey \
  && mkdir -p /app/data /app/tools && chown -R jamey: /app
COPY --from=build /source/dist/jamey /usr/local/bin/jamey
USER jamey
WORKDIR /app
# Journal, settings, keys: all of it lies in the one volume.
ENV JAMEY_HOME=/app/data
VOLUME /app/data
EXPOSE 8080
# The shell links the folder of tools into the environment, then becomes the daemon, so that it gets SIGTERM itself.
# Inside a container another address than loopback is the only one that can be reached; it needs JAMEY_TOKEN or a key.
ENTRYPOINT ["/bin/sh", "-c", "environment=$JAMEY_HOME/data/environments/default && mkdir -p -m 700 \"$environment\" && { [ -e \"$environment/tools\" ] || ln -s /app/tools \"$environment/tools\"; } && exec jamey serve --http 8080 --host 0.0.0.0 \"$@\"", "jamey"]
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s CMD ["jamey", "daemon", "status", "-q"]
