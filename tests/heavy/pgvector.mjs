// A PostgreSQL with pgvector, all of it in this process, behind a socket: pgvector.mjs PATH. All who
// connect share one session of the server.
import { PGlite } from "@electric-sql/pglite";
import { vector } from "@electric-sql/pglite-pgvector";
import { PGLiteSocketServer } from "@electric-sql/pglite-socket";

const db = await PGlite.create({ extensions: { vector } });
const server = new PGLiteSocketServer({ db, path: process.argv[2], maxConnections: 20 });
await server.start();
console.log("ready");
