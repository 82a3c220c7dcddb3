"""SQLAlchemy as its best user has it: the ORM for rows and trees, statements for writes that need
no object, a pool with a connection for each client, no transaction around what is one statement,
rows by the thousand in one INSERT of psycopg2's fast execution helpers.
"""

import datetime
import os
import sys

import sqlalchemy as sa
from sqlalchemy import orm
from sqlalchemy.dialects import postgresql, sqlite

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import peer

URL, WORK, CLIENTS = sys.argv[1], sys.argv[2], int(sys.argv[3])
IS_SQLITE = not URL.startswith("postgresql:")
Base = orm.declarative_base()


class IsoTime(sa.types.TypeDecorator):
    """The text that the others keep in SQLite; SQLAlchemy's own form is another one."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value, dialect):
        return value.isoformat(timespec="milliseconds") + "+00:00"

    def process_result_value(self, value, dialect):
        return datetime.datetime.fromisoformat(value)


class User(Base):
    __tablename__ = "User"
    id = sa.Column(sa.Integer, primary_key=True)
    name = sa.Column(sa.Text, nullable=False)
    email = sa.Column(sa.Text, nullable=False)
    age = sa.Column(sa.Integer)
    created_at = sa.Column(IsoTime if IS_SQLITE else sa.DateTime, nullable=False)
    profile = sa.Column(sa.JSON if IS_SQLITE else postgresql.JSONB, nullable=False)


class Writer(Base):
    __tablename__ = "Writer"
    id = sa.Column(sa.Integer, primary_key=True)
    name = sa.Column(sa.Text, nullable=False)
    email = sa.Column(sa.Text, nullable=False)
    posts = orm.relationship("Post")


class Post(Base):
    __tablename__ = "Post"
    id = sa.Column(sa.Integer, primary_key=True)
    title = sa.Column(sa.Text, nullable=False)
    body = sa.Column(sa.Text, nullable=False)
    writer_id = sa.Column("writerId", sa.ForeignKey("Writer.id"), nullable=False)
    comments = orm.relationship("Comment")


class Comment(Base):
    __tablename__ = "Comment"
    id = sa.Column(sa.Integer, primary_key=True)
    text = sa.Column(sa.Text, nullable=False)
    post_id = sa.Column("postId", sa.ForeignKey("Post.id"), nullable=False)
    author_id = sa.Column("authorId", sa.ForeignKey("Writer.id"), nullable=False)
    author = orm.relationship("Writer")


def make_engine():
    pool = {"poolclass": sa.pool.QueuePool, "pool_size": CLIENTS, "pool_reset_on_return": None}
    if not IS_SQLITE:
        return sa.create_engine("postgresql+psycopg2://", **pool)
    engine = sa.create_engine(f"sqlite:///{URL}", connect_args={"check_same_thread": False}, **pool)
    sa.event.listen(
        engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous = normal")
    )
    return engine


engine = make_engine()
plain = engine.execution_options(isolation_level="AUTOCOMMIT")
insert = (sqlite if IS_SQLITE else postgresql).insert(User)
TREE = (
    sa.select(Writer)
    .order_by(Writer.id)
    .limit(peer.TREE_WRITERS)
    .options(
        orm.selectinload(Writer.posts).selectinload(Post.comments).selectinload(Comment.author)
    )
)
LIST = sa.select(User).order_by(User.id).limit(peer.ROWS)
AGGREGATE = sa.select(
    sa.func.count(), sa.func.sum(User.age), sa.func.min(User.age), sa.func.max(User.age)
).where(User.age >= sa.bindparam("least"))
UPDATE = (
    sa.update(User)
    .where(User.id == sa.bindparam("key"))
    .values(name=sa.bindparam("new_name"), age=sa.bindparam("new_age"))
)
UPSERT = insert.on_conflict_do_update(
    index_elements=["id"], set_={"name": insert.excluded.name, "age": insert.excluded.age}
)


def find(i):
    with orm.Session(plain) as session:
        return peer.check_object(session.get(User, peer.key(i)))


def list_users(i):
    with orm.Session(plain) as session:
        return sum(map(peer.check_object, session.execute(LIST).scalars()))


def tree(i):
    with orm.Session(plain) as session:
        writers = session.execute(TREE).scalars().all()
        return peer.check_tree(writers, lambda w: w.posts, lambda p: p.comments)


def aggregate(i):
    with plain.connect() as connection:
        return peer.check_aggregate(
            *connection.execute(AGGREGATE, {"least": peer.least_age(i)}).one()
        )


def write(statement, values):
    if not IS_SQLITE:
        with plain.connect() as connection:
            return connection.execute(statement, values)
    with peer.writing, plain.connect() as connection:
        return connection.execute(statement, values)


def create(i):
    return write(insert, peer.sample(i)).inserted_primary_key[0]


def create_many(i):
    if not IS_SQLITE:
        write(insert, peer.SAMPLES)
        return peer.ROWS
    with peer.writing, engine.begin() as connection:
        connection.execute(insert, peer.SAMPLES)
    return peer.ROWS


def update(i):
    values = {"new_name": peer.sample(i)["name"], "new_age": peer.plain_age(i), "key": peer.key(i)}
    return write(UPDATE, values).rowcount


def upsert(i):
    return write(UPSERT, {"id": peer.any_key(i), **peer.sample(i)}).rowcount


peer.main(
    {
        "find": find,
        "list": list_users,
        "tree": tree,
        "create": create,
        "create_many": create_many,
        "update": update,
        "upsert": upsert,
        "aggregate": aggregate,
    },
    WORK,
    CLIENTS,
)
