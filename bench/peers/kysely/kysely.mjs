// Kysely as its best user has it: typed SQL, trees by its JSON helpers in one statement, many rows
// in one INSERT; node-postgres for PostgreSQL, better-sqlite3 for SQLite. It has no prepared
// statements on node-postgres; on SQLite each statement is prepared when it is run.
import { Kysely, ParseJSONResultsPlugin, PostgresDialect, SqliteDialect } from "kysely";
import * as postgresHelpers from "kysely/helpers/postgres";
import * as sqliteHelpers from "kysely/helpers/sqlite";

import * as peer from "./peer.mjs";

async function open() {
  if (peer.isSqlite) {
    const { default: Database } = await import("better-sqlite3");
    const database = new Database(peer.url);
    database.pragma("synchronous = normal");
    return new Kysely({ dialect: new SqliteDialect({ database }) });
  }
  const { default: pg } = await import("pg");
  return new Kysely({
    dialect: new PostgresDialect({ pool: new pg.Pool({ max: peer.poolSize }) }),
  });
}

const db = await open();
const { jsonArrayFrom, jsonObjectFrom } = peer.isSqlite ? sqliteHelpers : postgresHelpers;
const json = peer.isSqlite ? db.withPlugin(new ParseJSONResultsPlugin()) : db;

// SQLite has neither times nor JSON values: the program turns both into text and back.
function toRow(sample) {
  if (!peer.isSqlite) return sample;
  return {
    ...sample,
    created_at: peer.isoTime(sample.created_at),
    profile: JSON.stringify(sample.profile),
  };
}

function fromRow(row) {
  if (!peer.isSqlite) return row;
  return { ...row, created_at: new Date(row.created_at), profile: JSON.parse(row.profile) };
}

const readTree = (eb) =>
  jsonArrayFrom(
    eb
      .selectFrom("Post")
      .select((post) => [
        "Post.id",
        "Post.title",
        "Post.body",
        jsonArrayFrom(
          post
            .selectFrom("Comment")
            .select((comment) => [
              "Comment.id",
              "Comment.text",
              jsonObjectFrom(
                comment
                  .selectFrom("Writer as author")
                  .select(["author.id", "author.name", "author.email"])
                  .whereRef("author.id", "=", "Comment.authorId"),
              ).as("author"),
            ])
            .whereRef("Comment.postId", "=", "Post.id"),
        ).as("comments"),
      ])
      .whereRef("Post.writerId", "=", "Writer.id"),
  ).as("posts");

const insertOne = (row) => db.insertInto("User").values(row).returningAll();

await peer.main(
  {
    find: async (i) =>
      peer.checkUser(
        fromRow(
          await db
            .selectFrom("User")
            .selectAll()
            .where("id", "=", peer.key(i))
            .executeTakeFirstOrThrow(),
        ),
      ),
    list: async () => {
      const rows = await db
        .selectFrom("User")
        .selectAll()
        .orderBy("id")
        .limit(peer.ROWS)
        .execute();
      return peer.checkUsers(rows.map(fromRow));
    },
    tree: async () =>
      peer.checkTree(
        await json
          .selectFrom("Writer")
          .select((eb) => ["Writer.id", "Writer.name", "Writer.email", readTree(eb)])
          .orderBy("Writer.id")
          .limit(peer.TREE_WRITERS)
          .execute(),
      ),
    aggregate: async (i) => {
      const found = await db
        .selectFrom("User")
        .select(({ fn }) => [
          fn.countAll().as("count"),
          fn.sum("age").as("total"),
          fn.min("age").as("least"),
          fn.max("age").as("most"),
        ])
        .where("age", ">=", peer.leastAge(i))
        .executeTakeFirstOrThrow();
      return peer.checkAggregate(found.count, found.total, found.least, found.most);
    },
    create: async (i) => (await insertOne(toRow(peer.sample(i))).executeTakeFirstOrThrow()).id,
    create_many: async () => {
      await db.insertInto("User").values(peer.samples.map(toRow)).execute();
      return peer.ROWS;
    },
    update: async (i) =>
      (
        await db
          .updateTable("User")
          .set({ name: peer.sample(i).name, age: peer.plainAge(i) })
          .where("id", "=", peer.key(i))
          .returningAll()
          .executeTakeFirstOrThrow()
      ).id,
    upsert: async (i) => {
      const row = { id: peer.anyKey(i), ...toRow(peer.sample(i)) };
      const written = await insertOne(row)
        .onConflict((conflict) =>
          conflict.column("id").doUpdateSet({ name: row.name, age: row.age }),
        )
        .executeTakeFirstOrThrow();
      return written.id;
    },
  },
  () => db.destroy(),
);
