// What the peers in JavaScript have in common: the main of peer.c, for clients that are chains of
// promises on one thread.
//
// A peer calls main() with its works: for each an async function of a call's number that gives
// something about the rows that it read.
import readline from "node:readline";

export const ROWS = 1000;
export const TREE_WRITERS = 50;
const BUCKETS = 32 * 32;
const CHECK_MODULO = 2 ** 31;

export const [url, work, clientCount] = [
  process.argv[2],
  process.argv[3],
  Number(process.argv[4]),
];
export const isSqlite = !url.startsWith("postgresql:");
// One thread has at most so many statements under way that more of them would help.
export const poolSize = Math.min(clientCount, Number(process.env.PEER_POOL ?? 64));

// ---- the rows that all peers write: sample.c ---------------------------------------------------

const firstNames = ["Ann", "Bo", "Carmen", "Dmitri", "Émile", "Fatima"];
const lastNames = ["Ash", "Birch", "Cedar", "Larch", "Rowan", "Willow"];
const cities = ["Oslo", "Porto", "Lyon", "Kraków", "Graz", "Turku", "Siena"];

function makeSample(i) {
  return {
    name: `${firstNames[i % 6]} ${lastNames[Math.floor(i / 6) % 6]}`,
    email: `user${String(i).padStart(4, "0")}@example.com`,
    age: i % 10 === 9 ? null : 18 + (i % 60),
    created_at: new Date(1700000000123 + i * 86461007),
    profile: { city: cities[i % 7], tags: ["a", `b${i % 5}`], score: (i * 37) % 1000 },
  };
}

export const samples = Array.from({ length: ROWS }, (_, i) => makeSample(i));
export const sample = (i) => samples[i % ROWS];
// What an update sets, which is never nothing.
export const plainAge = (i) => 18 + ((i % ROWS) % 60);
export const key = (i) => ((i * 617) % ROWS) + 1;
// One that is there half of the time, at first.
export const anyKey = (i) => ((i * 617) % (2 * ROWS)) + 1;
export const leastAge = (i) => 18 + (i % 60);
// The text that tenon and Prisma keep in SQLite.
export const isoTime = (time) => time.toISOString().replace("Z", "+00:00");

// ---- checksums: side.h, tree.h -----------------------------------------------------------------

const firstByte = (text) => {
  const code = text.charCodeAt(0);
  return code < 0x80 ? code : 0xc0 | (code >> 6);
};

export function checkUser(u) {
  const us = u.created_at.getTime() * 1000;
  const sum = u.id * 31 + (u.age ?? 0) + us + firstByte(u.name) + u.email.charCodeAt(4) + 34;
  return sum % CHECK_MODULO;
}

export function checkUsers(users) {
  let sum = 0;
  for (const user of users) sum += checkUser(user);
  return sum;
}

export const checkAggregate = (count, total, least, most) =>
  Number(count) * 31 + Number(total) * 7 + least * 3 + most;

const checkTreeRow = (id, first, second) => id * 31 + first.charCodeAt(0) + second.charCodeAt(1);

export function checkTree(writers) {
  let sum = 0;
  for (const writer of writers) {
    sum += checkTreeRow(writer.id, writer.name, writer.email);
    for (const post of writer.posts) {
      sum += checkTreeRow(post.id, post.title, post.body);
      for (const comment of post.comments) {
        sum += checkTreeRow(comment.id, comment.text, comment.text);
        sum += checkTreeRow(comment.author.id, comment.author.name, comment.author.email);
      }
    }
  }
  return sum;
}

// ---- clients -----------------------------------------------------------------------------------

// The bucket of a latency, at most 1/32 wider than it.
function bucketOf(ns) {
  const shift = Math.max(26 - Math.clz32(ns), 0);
  return Math.min(shift * 32 + Math.floor(ns / 2 ** shift), BUCKETS - 1);
}

async function runClient(client, call, until, latencies) {
  let before = performance.now();
  do {
    await call(client.made * clientCount + client.number);
    const now = performance.now();
    latencies[bucketOf(Math.min((now - before) * 1e6, 2 ** 32 - 1))]++;
    client.made++;
    client.calls++;
    before = now;
  } while (before < until);
}

async function run(clients, call, ms) {
  const latencies = new Uint32Array(BUCKETS);
  for (const client of clients) client.calls = 0;
  const processor = process.cpuUsage();
  const start = performance.now();
  await Promise.all(clients.map((c) => runClient(c, call, start + ms, latencies)));
  const ns = Math.round((performance.now() - start) * 1e6);
  const { user, system } = process.cpuUsage(processor);
  const counts = [...latencies].map((count, bucket) => [bucket, count]);
  return {
    calls: clients.reduce((sum, c) => sum + c.calls, 0),
    ns,
    processor_ns: (user + system) * 1000,
    latencies: Object.fromEntries(counts.filter(([, count]) => count)),
  };
}

async function check(call, count) {
  let sum = 0;
  for (let i = 0; i < count; i++) sum = (sum + (await call(i))) % CHECK_MODULO;
  return sum;
}

export async function main(works, close) {
  const call = works[work];
  const clients = Array.from({ length: clientCount }, (_, number) => ({ number, made: 0 }));
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const [order, number] = line.split(" ");
    if (order === "check") console.log(await check(call, Number(number)));
    else console.log(JSON.stringify(await run(clients, call, Number(number))));
  }
  await close?.();
}
