// Prisma as its best user has it: its client without an engine of its own (the query compiler,
// which is WebAssembly), by a driver adapter: node-postgres for PostgreSQL, better-sqlite3 for
// SQLite.
import * as peer from "./peer.mjs";

async function open() {
  if (peer.isSqlite) {
    const { PrismaClient } = await import("./generated/sqlite/index.js");
    const { PrismaBetterSqlite3 } = await import("@prisma/adapter-better-sqlite3");
    const adapter = new PrismaBetterSqlite3({ url: `file:${peer.url}` });
    return new PrismaClient({ adapter });
  }
  const { PrismaClient } = await import("./generated/postgresql/index.js");
  const { PrismaPg } = await import("@prisma/adapter-pg");
  return new PrismaClient({ adapter: new PrismaPg({ max: peer.poolSize }) });
}

const prisma = await open();
if (peer.isSqlite) await prisma.$executeRawUnsafe("PRAGMA synchronous = normal");

await peer.main(
  {
    find: async (i) => peer.checkUser(await prisma.user.findUnique({ where: { id: peer.key(i) } })),
    list: async () =>
      peer.checkUsers(await prisma.user.findMany({ orderBy: { id: "asc" }, take: peer.ROWS })),
    tree: async () =>
      peer.checkTree(
        await prisma.writer.findMany({
          orderBy: { id: "asc" },
          take: peer.TREE_WRITERS,
          include: { posts: { include: { comments: { include: { author: true } } } } },
        }),
      ),
    aggregate: async (i) => {
      const found = await prisma.user.aggregate({
        where: { age: { gte: peer.leastAge(i) } },
        _count: { _all: true },
        _sum: { age: true },
        _min: { age: true },
        _max: { age: true },
      });
      return peer.checkAggregate(found._count._all, found._sum.age, found._min.age, found._max.age);
    },
    create: async (i) => (await prisma.user.create({ data: peer.sample(i) })).id,
    create_many: async () => (await prisma.user.createMany({ data: peer.samples })).count,
    update: async (i) =>
      (
        await prisma.user.update({
          where: { id: peer.key(i) },
          data: { name: peer.sample(i).name, age: peer.plainAge(i) },
        })
      ).id,
    upsert: async (i) => {
      const { name, age } = peer.sample(i);
      const row = await prisma.user.upsert({
        where: { id: peer.anyKey(i) },
        create: { id: peer.anyKey(i), ...peer.sample(i) },
        update: { name, age },
      });
      return row.id;
    },
  },
  () => prisma.$disconnect(),
);
