"""The shop's tables and the questions it asks of them; SQLAlchemy on SQLite.

Everything here is synchronous. Handlers call it from FastAPI's thread pool, so that the event loop never
waits for the disk.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, create_engine, event, func, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, sessionmaker

if TYPE_CHECKING:
    from sqlalchemy.engine.interfaces import DBAPIConnection
    from sqlalchemy.pool import ConnectionPoolEntry

KINDS = ("lamp", "chair", "table", "shelf", "clock", "mirror")
STYLES = ("oak", "steel", "linen", "glass", "cork", "brass", "wool", "slate")


class Base(DeclarativeBase):
    """Base of the tables."""


class Item(Base):
    """Something that the shop sells."""

    __tablename__ = "items"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    price_cents: Mapped[int]


class CartLine(Base):
    """One kind of item in somebody's cart."""

    __tablename__ = "cart_lines"

    cart_id: Mapped[str] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"), primary_key=True)
    quantity: Mapped[int]


class Order(Base):
    """A cart that was paid for."""

    __tablename__ = "orders"

    id: Mapped[int] = mapped_column(primary_key=True)
    cart_id: Mapped[str]
    total_cents: Mapped[int]
    payment_id: Mapped[str]


@dataclass(frozen=True, slots=True)
class Total:
    """What a cart comes to."""

    items: int
    cents: int


class Database:
    """The shop's storage, behind one engine.

    Args:
        url: An SQLAlchemy URL of an SQLite file.
    """

    def __init__(self, url: str) -> None:
        self._engine = create_engine(url)
        event.listen(self._engine, "connect", _let_readers_and_writers_meet)
        self._session = sessionmaker(self._engine, expire_on_commit=False)

    def prepare(self) -> None:
        """Create the tables, and fill the catalogue when it is empty."""
        Base.metadata.create_all(self._engine)
        with self._session.begin() as session:
            if not session.scalar(select(func.count()).select_from(Item)):
                session.add_all(_catalogue())

    def close(self) -> None:
        """Let go of the connections."""
        self._engine.dispose()

    def items(self, *, limit: int) -> list[Item]:
        """Return the first ``limit`` items of the catalogue."""
        with self._session() as session:
            return list(session.scalars(select(Item).order_by(Item.id).limit(limit)))

    def item(self, item_id: int) -> Item | None:
        """Return one item, or ``None`` where there is none of that number."""
        with self._session() as session:
            return session.get(Item, item_id)

    def named_like(self, word: str) -> list[Item]:
        """Return every item whose name holds ``word``."""
        with self._session() as session:
            return list(session.scalars(select(Item).where(Item.name.contains(word, autoescape=True))))

    def put(self, cart_id: str, *, item_id: int, quantity: int) -> None:
        """Put so many of an item into a cart, on top of those in it."""
        with self._session.begin() as session:
            line = session.get(CartLine, (cart_id, item_id))
            if line is None:
                session.add(CartLine(cart_id=cart_id, item_id=item_id, quantity=quantity))
            else:
                line.quantity += quantity

    def total(self, cart_id: str) -> Total:
        """Return what a cart comes to; an unknown cart is an empty one."""
        with self._session() as session:
            return _total(session, cart_id)

    def place(self, cart_id: str, *, payment_id: str) -> Order:
        """Turn a cart into an order and empty it."""
        with self._session.begin() as session:
            order = Order(cart_id=cart_id, total_cents=_total(session, cart_id).cents, payment_id=payment_id)
            session.add(order)
            for line in session.scalars(select(CartLine).where(CartLine.cart_id == cart_id)):
                session.delete(line)
        return order

    def order(self, order_id: int) -> Order | None:
        """Return one order, or ``None`` where there is none of that number."""
        with self._session() as session:
            return session.get(Order, order_id)


def _total(session: Session, cart_id: str) -> Total:
    lines = (
        select(func.sum(CartLine.quantity), func.sum(CartLine.quantity * Item.price_cents))
        .join(Item, Item.id == CartLine.item_id)
        .where(CartLine.cart_id == cart_id)
    )
    items, cents = session.execute(lines).one()
    return Total(items=items or 0, cents=cents or 0)


def _catalogue() -> list[Item]:
    names = [f"{style} {kind}" for kind in KINDS for style in STYLES]
    return [Item(name=name, price_cents=900 + 350 * place) for place, name in enumerate(names)]


def _let_readers_and_writers_meet(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA busy_timeout = 5000")
    cursor.close()
