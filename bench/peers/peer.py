"""What the peers in Python have in common: the main of peer.c, for clients that are threads.

A peer's module calls main() with its works: a function for each that is called with the number of a
call, and gives something about the rows that it read. A client that is to have something of its own
keeps it in a threading.local.
"""

import datetime
import json
import sys
import threading
import time

BUCKETS = 32 * 32
ROWS = 1000
TREE_WRITERS = 50
FIRST_NAMES = ("Ann", "Bo", "Carmen", "Dmitri", "Émile", "Fatima")
LAST_NAMES = ("Ash", "Birch", "Cedar", "Larch", "Rowan", "Willow")
CITIES = ("Oslo", "Porto", "Lyon", "Kraków", "Graz", "Turku", "Siena")
EPOCH = datetime.datetime(1970, 1, 1)
MICROSECOND = datetime.timedelta(microseconds=1)

writing = threading.Lock()  # SQLite lets one write at a time, and has the others sleep


# ---- the rows that all peers write: sample.c -----------------------------------------------------


def make_sample(i):
    return {
        "name": f"{FIRST_NAMES[i % 6]} {LAST_NAMES[i // 6 % 6]}",
        "email": f"user{i:04}@example.com",
        "age": None if i % 10 == 9 else 18 + i % 60,
        "created_at": EPOCH + (1700000000123000 + i * 86461007000) * MICROSECOND,
        "profile": {"city": CITIES[i % 7], "tags": ["a", f"b{i % 5}"], "score": i * 37 % 1000},
    }


SAMPLES = [make_sample(i) for i in range(ROWS)]


def sample(i):
    return SAMPLES[i % ROWS]


def plain_age(i):
    """What an update sets, which is never nothing."""
    return 18 + i % ROWS % 60


def key(i):
    return i * 617 % ROWS + 1


def any_key(i):
    """One that is there half of the time, at first."""
    return i * 617 % (2 * ROWS) + 1


def least_age(i):
    return 18 + i % 60


# ---- checksums: side.h, tree.h -------------------------------------------------------------------


def check_user(id, age, created_at, name, email):
    us = (created_at.replace(tzinfo=None) - EPOCH) // MICROSECOND
    return id * 31 + (age or 0) + us + name.encode()[0] + ord(email[4]) + ord('"')


def check_object(user):
    return check_user(user.id, user.age, user.created_at, user.name, user.email)


def check_aggregate(count, total, least, most):
    """Of no rows the count is 0, and the others are NULL."""
    return count * 31 + (total or 0) * 7 + (least or 0) * 3 + (most or 0)


def check_tree_row(id, first, second):
    return id * 31 + ord(first[0]) + ord(second[1])


def check_tree(writers, posts_of, comments_of):
    total = 0
    for writer in writers:
        total += check_tree_row(writer.id, writer.name, writer.email)
        for post in posts_of(writer):
            total += check_tree_row(post.id, post.title, post.body)
            for comment in comments_of(post):
                author = comment.author
                total += check_tree_row(comment.id, comment.text, comment.text)
                total += check_tree_row(author.id, author.name, author.email)
    return total


# ---- clients -------------------------------------------------------------------------------------


def bucket_of(ns):
    """The bucket of a latency, at most 1/32 wider than it."""
    shift = max(ns.bit_length() - 6, 0)
    return min(shift * 32 + (ns >> shift), BUCKETS - 1)


class Clients:
    """Threads that live as long as the program, as their connections do."""

    def __init__(self, call, count):
        self.call = call
        self.count = count
        self.beginning, self.ending = threading.Barrier(count + 1), threading.Barrier(count + 1)
        self.order = None
        self.made = [0] * count
        self.latencies = [[]] * count
        self.checksum = 0
        for number in range(count):
            threading.Thread(target=self.live, args=(number,), daemon=True).start()

    def live(self, number):
        while True:
            self.beginning.wait()
            if self.order[0] == "run":
                self.make_calls(number, self.order[1])
            elif number == 0:
                self.checksum = sum(self.call(i) for i in range(self.order[1]))
            self.ending.wait()

    def make_calls(self, number, until):
        clock, call, latencies, made = time.perf_counter_ns, self.call, [0] * BUCKETS, 0
        first, step = self.made[number] * self.count + number, self.count
        before = clock()
        while not made or before < until:
            call(first + made * step)
            now = clock()
            latencies[bucket_of(now - before)] += 1
            made += 1
            before = now
        self.made[number] += made
        self.latencies[number] = latencies

    def obey(self, word, number):
        self.order = (word, number)
        self.beginning.wait()
        self.ending.wait()

    def check(self, calls):
        self.obey("check", calls)
        return self.checksum % 2**31

    def run(self, ms):
        processor, start = time.process_time_ns(), time.perf_counter_ns()
        self.obey("run", start + ms * 1000000)
        spent, worked = time.perf_counter_ns() - start, time.process_time_ns() - processor
        counts = [sum(of_client) for of_client in zip(*self.latencies)]
        return {
            "calls": sum(counts),
            "ns": spent,
            "processor_ns": worked,
            "latencies": {bucket: count for bucket, count in enumerate(counts) if count},
        }


def main(works, work, count):
    clients = Clients(works[work], count)
    for line in sys.stdin:
        word, number = line.split()
        if word == "check":
            print(clients.check(int(number)), flush=True)
        else:
            print(json.dumps(clients.run(int(number))), flush=True)
