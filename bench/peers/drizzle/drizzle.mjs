// Drizzle as its best user has it: statements prepared once, relational queries for trees, many
// rows in one INSERT; node-postgres for PostgreSQL, better-sqlite3 for SQLite.
import { eq, gte, relations, sql } from "drizzle-orm";
import * as pgCore from "drizzle-orm/pg-core";
import * as sqliteCore from "drizzle-orm/sqlite-core";

import * as peer from "./peer.mjs";

const isoTime = sqliteCore.customType({
  dataType: () => "text",
  fromDriver: (text) => new Date(text),
  toDriver: peer.isoTime,
});

const onPostgres = {
  table: pgCore.pgTable,
  id: () => pgCore.serial("id").primaryKey(),
  integer: pgCore.integer,
  text: pgCore.text,
  time: (name) => pgCore.timestamp(name, { precision: 3, mode: "date" }),
  json: pgCore.jsonb,
};
const onSqlite = {
  table: sqliteCore.sqliteTable,
  id: () => sqliteCore.integer("id").primaryKey({ autoIncrement: true }),
  integer: sqliteCore.integer,
  text: sqliteCore.text,
  time: (name) => isoTime(name),
  json: (name) => sqliteCore.text(name, { mode: "json" }),
};
const on = peer.isSqlite ? onSqlite : onPostgres;

const users = on.table("User", {
  id: on.id(),
  name: on.text("name").notNull(),
  email: on.text("email").notNull(),
  age: on.integer("age"),
  created_at: on.time("created_at").notNull(),
  profile: on.json("profile").notNull(),
});
const writers = on.table("Writer", {
  id: on.id(),
  name: on.text("name").notNull(),
  email: on.text("email").notNull(),
});
const posts = on.table("Post", {
  id: on.id(),
  title: on.text("title").notNull(),
  body: on.text("body").notNull(),
  writerId: on.integer("writerId").notNull(),
});
const comments = on.table("Comment", {
  id: on.id(),
  text: on.text("text").notNull(),
  postId: on.integer("postId").notNull(),
  authorId: on.integer("authorId").notNull(),
});
const schema = {
  users,
  writers,
  posts,
  comments,
  writerRelations: relations(writers, ({ many }) => ({ posts: many(posts) })),
  postRelations: relations(posts, ({ one, many }) => ({
    writer: one(writers, { fields: [posts.writerId], references: [writers.id] }),
    comments: many(comments),
  })),
  commentRelations: relations(comments, ({ one }) => ({
    post: one(posts, { fields: [comments.postId], references: [posts.id] }),
    author: one(writers, { fields: [comments.authorId], references: [writers.id] }),
  })),
};

async function open() {
  if (peer.isSqlite) {
    const { default: Database } = await import("better-sqlite3");
    const { drizzle } = await import("drizzle-orm/better-sqlite3");
    const file = new Database(peer.url);
    file.pragma("synchronous = normal");
    return { db: drizzle(file, { schema }), close: () => file.close() };
  }
  const { default: pg } = await import("pg");
  const { drizzle } = await import("drizzle-orm/node-postgres");
  const pool = new pg.Pool({ max: peer.poolSize });
  return { db: drizzle(pool, { schema }), close: () => pool.end() };
}

const { db, close } = await open();
const value = sql.placeholder;
const ageNumber = (what) => sql`${what}(${users.age})`.mapWith(Number);

const findOne = db.select().from(users).where(eq(users.id, value("id"))).prepare("find");
const listAll = db.select().from(users).orderBy(users.id).limit(peer.ROWS).prepare("list");
const readTree = db.query.writers
  .findMany({
    orderBy: (w, { asc }) => asc(w.id),
    limit: peer.TREE_WRITERS,
    with: { posts: { with: { comments: { with: { author: true } } } } },
  })
  .prepare("tree");
const addUp = db
  .select({
    count: sql`count(*)`.mapWith(Number),
    total: ageNumber(sql`sum`),
    least: ageNumber(sql`min`),
    most: ageNumber(sql`max`),
  })
  .from(users)
  .where(gte(users.age, value("least")))
  .prepare("aggregate");
const written = {
  name: value("name"),
  email: value("email"),
  age: value("age"),
  created_at: value("created_at"),
  profile: value("profile"),
};
const createOne = db.insert(users).values(written).returning().prepare("create");
const changed = { name: sql`${value("name")}`, age: sql`${value("age")}` };
const updateOne = db
  .update(users)
  .set(changed)
  .where(eq(users.id, value("id")))
  .returning()
  .prepare("update");
const upsertOne = db
  .insert(users)
  .values({ id: value("id"), ...written })
  .onConflictDoUpdate({
    target: users.id,
    set: { name: sql`excluded.name`, age: sql`excluded.age` },
  })
  .returning()
  .prepare("upsert");

await peer.main(
  {
    find: async (i) => peer.checkUsers(await findOne.execute({ id: peer.key(i) })),
    list: async () => peer.checkUsers(await listAll.execute()),
    tree: async () => peer.checkTree(await readTree.execute()),
    aggregate: async (i) => {
      const [found] = await addUp.execute({ least: peer.leastAge(i) });
      return peer.checkAggregate(found.count, found.total, found.least, found.most);
    },
    create: async (i) => (await createOne.execute(peer.sample(i)))[0].id,
    create_many: async () => {
      await db.insert(users).values(peer.samples);
      return peer.ROWS;
    },
    update: async (i) => {
      const values = { id: peer.key(i), name: peer.sample(i).name, age: peer.plainAge(i) };
      return (await updateOne.execute(values))[0].id;
    },
    upsert: async (i) => (await upsertOne.execute({ id: peer.anyKey(i), ...peer.sample(i) }))[0].id,
  },
  close,
);
