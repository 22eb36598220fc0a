// Where things lie: from variables to paths, for a daemon and its clients alike.
import { describe, expect, test } from "bun:test";
import { JameyError } from "../../src/protocol/errors.ts";
import {
  environmentPlaces,
  MAX_SOCKET_PATH_BYTES,
  type Places,
  placesOf,
} from "../../src/protocol/places.ts";

const shortHash = (text: string) => new Bun.CryptoHasher("sha256").update(text).digest("hex");
const temporary = { folder: "/tmp", uid: 1000 };

const placesIn = (environment: string, places: Places = placesOf({}, "/home/ada")) =>
  environmentPlaces({ places, environment, shortHash, temporary });

const codeOf = (step: () => unknown): string => {
  try {
    step();
    return "taken";
  } catch (thrown) {
    return thrown instanceof JameyError ? thrown.code : String(thrown);
  }
};

describe("the folders", () => {
  test("are those of XDG, beneath the home where no variable is set", () => {
    expect(placesOf({}, "/home/ada")).toEqual({
      config: "/home/ada/.config/jamey",
      data: "/home/ada/.local/share/jamey",
      state: "/home/ada/.local/state/jamey",
    });
    const variables = { XDG_CONFIG_HOME: "/c", XDG_DATA_HOME: "/d", XDG_STATE_HOME: "/s" };
    expect(placesOf(variables, "/home/ada")).toEqual({
      config: "/c/jamey",
      data: "/d/jamey",
      state: "/s/jamey",
    });
  });

  test("ignore a variable of XDG that is empty or relative", () => {
    const variables = { XDG_CONFIG_HOME: "", XDG_DATA_HOME: "data", XDG_STATE_HOME: "./s" };
    expect(placesOf(variables, "/home/ada")).toEqual(placesOf({}, "/home/ada"));
  });

  test("are not in a home that would be another in each folder", () => {
    expect(() => placesOf({}, "relhome")).toThrow("HOME must be an absolute path, not 'relhome'");
    expect(placesOf({ JAMEY_HOME: "/j" }, "relhome").config).toBe("/j/config");
  });

  test("move together with JAMEY_HOME, whatever XDG says", () => {
    const variables = { JAMEY_HOME: "/elsewhere//", XDG_DATA_HOME: "/d" };
    expect(placesOf(variables, "/home/ada")).toEqual({
      config: "/elsewhere/config",
      data: "/elsewhere/data",
      state: "/elsewhere/state",
    });
    expect(placesOf({ JAMEY_HOME: "" }, "/home/ada")).toEqual(placesOf({}, "/home/ada"));
  });

  test("are refused where JAMEY_HOME is relative", () => {
    expect(codeOf(() => placesOf({ JAMEY_HOME: "here" }, "/home/ada"))).toBe("config_invalid");
  });
});

describe("an environment", () => {
  test("with a name lies in the data folder", () => {
    expect(placesIn("default")).toEqual({
      id: "default",
      folder: "/home/ada/.local/share/jamey/environments/default",
      state: "/home/ada/.local/share/jamey/environments/default/.state",
      run: "/home/ada/.local/state/jamey/run",
      socket: "/home/ada/.local/state/jamey/run/default.sock",
      token: "/home/ada/.local/state/jamey/run/default.token",
    });
  });

  test("with a path lies there, and its id tells two folders of one name apart", () => {
    const one = placesIn("/srv/one/shop/");
    expect(one).toMatchObject({
      id: `shop-${shortHash("/srv/one/shop").slice(0, 8)}`,
      folder: "/srv/one/shop",
      state: "/srv/one/shop/.state",
    });
    expect(one).toEqual(placesIn("/srv/one/shop"));
    expect(placesIn("/srv/two/shop").id).not.toBe(one.id);
  });

  test("may be the root folder itself", () => {
    expect(placesIn("/")).toMatchObject({
      id: `root-${shortHash("/").slice(0, 8)}`,
      folder: "/",
      state: "/.state",
    });
  });

  test("with a name that leads elsewhere is refused", () => {
    const names = ["", ".", "..", "../x", "a/b", "-x", "a b", "a\n", ".hidden", "x".repeat(65)];
    const taken = names.filter((name) => codeOf(() => placesIn(name)) !== "environment_not_found");
    expect(taken).toEqual([]);
  });

  test("whose socket path would be too long has it in a folder of the user's own", () => {
    const deep = placesOf({ JAMEY_HOME: `/${"deep/".repeat(20)}` }, "/home/ada");
    const long = placesIn("default", deep);
    expect(long.run).toBe("/tmp/jamey-1000");
    expect(long.socket).toMatch(/^\/tmp\/jamey-1000\/[0-9a-f]{16}\.sock$/);
    expect(long.token).toBe(long.socket.replace(/sock$/, "token"));
    expect(placesIn("other", deep).socket).not.toBe(long.socket);
  });

  test("counts the bytes of its socket path, up to the limit and no further", () => {
    const lengthOf = (letters: string) =>
      placesIn(letters, { config: "/c", data: "/d", state: "/s" }).socket;
    // "/s/run/" and ".sock" are twelve bytes.
    expect(lengthOf("x".repeat(64))).toBe(`/s/run/${"x".repeat(64)}.sock`);
    expect(lengthOf("日".repeat(29))).toBe(`/s/run/${"日".repeat(29)}.sock`);
    expect(lengthOf("日".repeat(30))).toStartWith("/tmp/jamey-1000/");
    expect(new TextEncoder().encode(lengthOf("日".repeat(29))).length).toBeLessThanOrEqual(
      MAX_SOCKET_PATH_BYTES,
    );
  });
});
