"""Django's ORM as its best user has it: autocommit, a connection that each thread keeps,
bulk_create for many rows, update() for what needs no object before, prefetch_related for trees.
Django 3.2 has no upsert of one statement: an update, and where that met nothing an insert, is the
least it takes.
"""

import os
import sys

import django
from django.conf import settings

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import peer

URL, WORK, CLIENTS = sys.argv[1], sys.argv[2], int(sys.argv[3])
IS_SQLITE = not URL.startswith("postgresql:")
if IS_SQLITE:
    DATABASE = {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": URL,
        "OPTIONS": {"timeout": 20, "check_same_thread": False},
    }
else:
    DATABASE = {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": os.environ["PGDATABASE"],
        "USER": os.environ["PGUSER"],
        "HOST": os.environ["PGHOST"],
        "PORT": os.environ["PGPORT"],
    }
DATABASE["CONN_MAX_AGE"] = None
settings.configure(DATABASES={"default": DATABASE}, USE_TZ=False, DEBUG=False)
django.setup()

from django.db import IntegrityError, models
from django.db.backends.signals import connection_created
from django.db.models import Count, Max, Min, Prefetch, Sum


class User(models.Model):
    id = models.AutoField(primary_key=True)
    name = models.TextField()
    email = models.TextField()
    age = models.IntegerField(null=True)
    created_at = models.DateTimeField()
    profile = models.JSONField()

    class Meta:
        app_label = "bench"
        db_table = "User"


class Writer(models.Model):
    id = models.AutoField(primary_key=True)
    name = models.TextField()
    email = models.TextField()

    class Meta:
        app_label = "bench"
        db_table = "Writer"


class Post(models.Model):
    id = models.AutoField(primary_key=True)
    title = models.TextField()
    body = models.TextField()
    writer = models.ForeignKey(Writer, models.CASCADE, db_column="writerId", related_name="posts")

    class Meta:
        app_label = "bench"
        db_table = "Post"


class Comment(models.Model):
    id = models.AutoField(primary_key=True)
    text = models.TextField()
    post = models.ForeignKey(Post, models.CASCADE, db_column="postId", related_name="comments")
    author = models.ForeignKey(Writer, models.CASCADE, db_column="authorId", related_name="+")

    class Meta:
        app_label = "bench"
        db_table = "Comment"


if IS_SQLITE:
    connection_created.connect(
        lambda connection, **_: connection.cursor().execute("PRAGMA synchronous = normal"),
        weak=False,
    )


def find(i):
    return peer.check_object(User.objects.get(pk=peer.key(i)))


def list_users(i):
    return sum(map(peer.check_object, User.objects.order_by("id")[: peer.ROWS]))


def tree(i):
    comments = Prefetch("posts__comments", Comment.objects.select_related("author"))
    writers = Writer.objects.order_by("id").prefetch_related("posts", comments)
    return peer.check_tree(
        writers[: peer.TREE_WRITERS], lambda w: w.posts.all(), lambda p: p.comments.all()
    )


def aggregate(i):
    found = User.objects.filter(age__gte=peer.least_age(i)).aggregate(
        count=Count("*"), total=Sum("age"), least=Min("age"), most=Max("age")
    )
    return peer.check_aggregate(found["count"], found["total"], found["least"], found["most"])


def create(i):
    return User.objects.create(**peer.sample(i)).pk


def create_many(i):
    return len(User.objects.bulk_create([User(**sample) for sample in peer.SAMPLES]))


def update(i):
    return User.objects.filter(pk=peer.key(i)).update(
        name=peer.sample(i)["name"], age=peer.plain_age(i)
    )


def upsert(i):
    key, sample = peer.any_key(i), peer.sample(i)
    row = User.objects.filter(pk=key)
    changes = {"name": sample["name"], "age": sample["age"]}
    if row.update(**changes):
        return 1
    try:
        User.objects.create(pk=key, **sample)
    except IntegrityError:  # somebody else has created it meanwhile
        row.update(**changes)
    return 1


def in_turn(call):
    """One write at a time."""

    def write(i):
        with peer.writing:
            return call(i)

    return write if IS_SQLITE else call


peer.main(
    {
        "find": find,
        "list": list_users,
        "tree": tree,
        "aggregate": aggregate,
        "create": in_turn(create),
        "create_many": in_turn(create_many),
        "update": in_turn(update),
        "upsert": in_turn(upsert),
    },
    WORK,
    CLIENTS,
)
