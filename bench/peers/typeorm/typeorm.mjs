// TypeORM as its best user has it: repositories and the query builder, relations by joins, insert,
// update and upsert without entities to track; node-postgres for PostgreSQL, better-sqlite3 for
// SQLite.
import "reflect-metadata";
import { DataSource, EntitySchema } from "typeorm";

import * as peer from "./peer.mjs";

const id = { type: "integer", primary: true, generated: "increment" };
const text = { type: "text" };

const isoTime = {
  to: (time) => (time instanceof Date ? peer.isoTime(time) : time),
  from: (value) => new Date(value),
};

const User = new EntitySchema({
  name: "User",
  tableName: "User",
  columns: {
    id,
    name: text,
    email: text,
    age: { type: "integer", nullable: true },
    created_at: peer.isSqlite
      ? { type: "text", transformer: isoTime }
      : { type: "timestamp", precision: 3 },
    profile: { type: peer.isSqlite ? "simple-json" : "jsonb" },
  },
});
const Writer = new EntitySchema({
  name: "Writer",
  tableName: "Writer",
  columns: { id, name: text, email: text },
  relations: { posts: { type: "one-to-many", target: "Post", inverseSide: "writer" } },
});
const Post = new EntitySchema({
  name: "Post",
  tableName: "Post",
  columns: { id, title: text, body: text },
  relations: {
    writer: {
      type: "many-to-one",
      target: "Writer",
      inverseSide: "posts",
      joinColumn: { name: "writerId" },
    },
    comments: { type: "one-to-many", target: "Comment", inverseSide: "post" },
  },
});
const Comment = new EntitySchema({
  name: "Comment",
  tableName: "Comment",
  columns: { id, text },
  relations: {
    post: {
      type: "many-to-one",
      target: "Post",
      inverseSide: "comments",
      joinColumn: { name: "postId" },
    },
    author: { type: "many-to-one", target: "Writer", joinColumn: { name: "authorId" } },
  },
});

const entities = [User, Writer, Post, Comment];
const source = new DataSource(
  peer.isSqlite
    ? { type: "better-sqlite3", database: peer.url, entities }
    : {
        type: "postgres",
        host: process.env.PGHOST,
        port: Number(process.env.PGPORT),
        username: process.env.PGUSER,
        database: process.env.PGDATABASE,
        entities,
        poolSize: peer.poolSize,
      },
);
await source.initialize();
if (peer.isSqlite) await source.query("PRAGMA synchronous = normal");
const users = source.getRepository(User);
const writers = source.getRepository(Writer);

// A bulk insert as one statement; a copy, because TypeORM writes the keys into what it is given.
function insertMany(rows) {
  return source
    .createQueryBuilder()
    .insert()
    .into(User)
    .values(rows)
    .updateEntity(false)
    .execute();
}

await peer.main(
  {
    find: async (i) => peer.checkUser(await users.findOneBy({ id: peer.key(i) })),
    list: async () => peer.checkUsers(await users.find({ order: { id: "ASC" }, take: peer.ROWS })),
    tree: async () =>
      peer.checkTree(
        await writers.find({
          order: { id: "ASC" },
          take: peer.TREE_WRITERS,
          relations: { posts: { comments: { author: true } } },
        }),
      ),
    aggregate: async (i) => {
      const found = await users
        .createQueryBuilder("u")
        .select("count(*)", "count")
        .addSelect("sum(u.age)", "total")
        .addSelect("min(u.age)", "least")
        .addSelect("max(u.age)", "most")
        .where("u.age >= :least", { least: peer.leastAge(i) })
        .getRawOne();
      return peer.checkAggregate(found.count, found.total, found.least, found.most);
    },
    create: async (i) => (await users.insert({ ...peer.sample(i) })).identifiers[0].id,
    create_many: async () => {
      await insertMany(peer.samples);
      return peer.ROWS;
    },
    update: async (i) => {
      const changes = { name: peer.sample(i).name, age: peer.plainAge(i) };
      return (await users.update(peer.key(i), changes)).affected;
    },
    upsert: async (i) => {
      await source
        .createQueryBuilder()
        .insert()
        .into(User, ["id", "name", "email", "age", "created_at", "profile"])
        .values({ id: peer.anyKey(i), ...peer.sample(i) })
        .orUpdate(["name", "age"], ["id"])
        .updateEntity(false)
        .execute();
      return peer.anyKey(i);
    },
  },
  () => source.destroy(),
);
