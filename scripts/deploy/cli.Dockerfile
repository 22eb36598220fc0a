# The command line in a container; it speaks to a daemon elsewhere (JAMEY_URL, JAMEY_TOKEN) and keeps nothing.
#   docker build -f scripts/deploy/cli.Dockerfile -t jamey-cli .
FROM oven/bun:1.4.5 AS build
WORKDIR /source
COPY . .
RUN sh scripts/with-bun.sh scripts/build.ts

FROM debian:stable-slim
RUN useradd --uid 1000 --create-home jamey
COPY --from=build /source/dist/jamey /usr/local/bin/jamey
USER jamey
WORKDIR /home/jamey
ENTRYPOINT ["jamey"]
CMD ["--help"]
