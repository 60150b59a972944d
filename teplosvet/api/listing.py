"""A list is declared once: from its view and fields come pages, filters, single things, export and documentation."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, cast
from urllib.parse import urlencode

import msgspec
import psycopg
from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import StreamingResponse
from psycopg import sql
from psycopg.rows import TupleRow
from pydantic import AwareDatetime, BaseModel, ConfigDict, StringConstraints, create_model
from pydantic import Field as Described

from teplosvet.access.guard import needs, needs_platform, signed_in
from teplosvet.access.principal import Role
from teplosvet.api.cursor import CursorError, read_cursor, write_cursor
from teplosvet.api.export import ROWS_AT_ONCE, Rows, as_csv, as_parquet, streamed
from teplosvet.api.fields import FIELDS, Kind
from teplosvet.api.idempotency import Database
from teplosvet.api.negotiation import Form, wanted_form
from teplosvet.api.tags import tag_of, tagged
from teplosvet.domain.errors import UnknownNameError
from teplosvet.storage.queries import query

USUAL, MOST = 100, 1000
"""Rows of a page: where nothing is said, and at most. [-]"""

Word = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00]*$")]
Number = Annotated[int, Described(ge=-(2**63), le=2**63 - 1)]

_FILTER_TYPES: Mapping[Kind, Any] = {Kind.TEXT: Word, Kind.INTEGER: Number, Kind.FLAG: bool}
_SHOWN = msgspec.json.Encoder(decimal_format="string")


@dataclass(frozen=True, slots=True)
class Listing:
    """One list of the API.

    Attributes:
        name: Its address below /api/v1, and with it the name of its operations.
        view: The view that it is read from.
        summary: What it is, a few words.
        description: What a reader has to know.
        fields: Names of its fields as `FIELDS` has them; ``!`` behind one that is never null.
        keys: Fields that order it and tell rows apart; never null.
        newest_first: Whether it begins at the greatest keys.
        filters: Fields that a reader may pick by; ``!`` behind one that they must.
        time: Field that ``from`` and ``to`` bound, or None.
        one: Whether a single thing can be had by its first key.
        roles: Who may read it, empty for everybody who is signed in.
        platform: Whether only administrators of the platform may.
        derived: Fields that are made from a row here.
    """

    name: str
    view: str
    summary: str
    description: str
    fields: str
    keys: str
    newest_first: bool = False
    filters: str = ""
    time: str | None = None
    one: bool = False
    roles: tuple[Role, ...] = ()
    platform: bool = False
    derived: Mapping[str, Callable[[Mapping[str, Any]], object]] = field(default_factory=dict)

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns of the view."""
        return tuple(each.rstrip("!") for each in self.fields.split())

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all fields."""
        return (*self.columns, *self.derived)

    @property
    def operation(self) -> str:
        """The list as part of a Python name."""
        return re.sub(r"\W", "_", self.name)

    def model(self) -> type[BaseModel]:
        """A row as a model."""
        never_null = {each.rstrip("!") for each in self.fields.split() if each.endswith("!")} | set(self.derived)
        shown: dict[str, Any] = {}
        for name in self.names:
            known = FIELDS[name]
            type_ = known.kind.type if name in never_null else known.kind.type | None
            shown[name] = (type_, Described(description=known.description))
        return cast("type[BaseModel]", create_model(_camel(self.operation), __doc__=self.summary, **shown))

    def question(self) -> type[BaseModel]:
        """What can be asked of it, as a model."""
        asked: dict[str, Any] = {}
        for each in self.filters.split():
            name = each.rstrip("!")
            type_ = _FILTER_TYPES[FIELDS[name].kind]
            text = f"Only these. {FIELDS[name].description}"
            asked[name] = (
                (type_, Described(description=text))
                if each.endswith("!")
                else (type_ | None, Described(None, description=text))
            )
        if self.time is not None:
            bound = FIELDS[self.time].kind.type if FIELDS[self.time].kind is Kind.DAY else AwareDatetime
            asked["from_"] = (bound | None, Described(None, alias="from", description=f"{self.time} at or after this."))
            asked["to"] = (bound | None, Described(None, description=f"{self.time} before this."))
        limit = Annotated[int, Described(ge=1, le=MOST)]
        asked["limit"] = (
            limit | None,
            Described(None, description=f"Rows of a page, {USUAL} if nothing is said; an export has all rows without."),
        )
        asked["after"] = (
            Annotated[str, StringConstraints(max_length=2000)] | None,
            Described(None, description="Where the page before ended, from its Link header."),
        )
        asked["format"] = (Form | None, Described(None, description="The form, before what Accept says."))
        config = ConfigDict(extra="forbid", populate_by_name=False)
        return cast("type[BaseModel]", create_model(f"{_camel(self.operation)}Question", __config__=config, **asked))


def _camel(text: str) -> str:
    return "".join(part.capitalize() for part in text.split("_"))


def add_listings(router: APIRouter, listings: Sequence[Listing]) -> None:
    """Put lists on a router."""
    for listing in listings:
        _add_list(router, listing)
        if listing.one:
            _add_one(router, listing)


def _guard(listing: Listing) -> Any:
    if listing.platform:
        return Depends(needs_platform)
    return Depends(needs(*listing.roles) if listing.roles else signed_in)


def _add_list(router: APIRouter, listing: Listing) -> None:
    def answer(request: Request, connection: Database, asked: Any) -> Response:
        form = wanted_form(asked.format, request.headers.get("accept", ""))
        if form is Form.JSON:
            return _page(request, connection, listing, asked)
        return _export(connection, listing, asked, form)

    answer.__name__ = f"list_{listing.operation}"
    answer.__annotations__["asked"] = Annotated[listing.question(), Query()]
    model = listing.model()
    text = {"schema": {"type": "string"}}
    router.add_api_route(
        f"/{listing.name}",
        answer,
        response_model=list[model],  # type: ignore[valid-type]
        summary=listing.summary,
        description=listing.description,
        dependencies=[_guard(listing)],
        responses={
            200: {
                "description": "The rows, in order.",
                "content": {Form.CSV.media_type: text, Form.PARQUET.media_type: text},
                "headers": {"Link": {"description": 'The next page, rel="next".', "schema": {"type": "string"}}},
            },
            304: {"description": "It is as it was."},
        },
    )


def _add_one(router: APIRouter, listing: Listing) -> None:
    key = listing.keys.split()[0]
    type_ = _FILTER_TYPES[FIELDS[key].kind]

    def answer(request: Request, connection: Database, key_: Any) -> Response:
        row = fetch_one(connection, listing, key_)
        return tagged(request, _json(_SHOWN.encode(row)), tag_of(_SHOWN.encode(row)))

    answer.__name__ = f"get_{listing.operation}"
    answer.__annotations__["key_"] = Annotated[type_, Path(alias=key, description=FIELDS[key].description)]
    router.add_api_route(
        f"/{listing.name}/{{{key}}}",
        answer,
        response_model=listing.model(),
        summary=f"One of: {listing.summary}",
        description=listing.description,
        dependencies=[_guard(listing)],
        responses={304: {"description": "It is as it was."}},
    )


def fetch_one(connection: psycopg.Connection[TupleRow], listing: Listing, key: object) -> dict[str, Any]:
    """The row with a first key.

    Raises:
        UnknownNameError: If the reader sees none.
    """
    name = listing.keys.split()[0]
    parts = _parts(listing, [sql.SQL("{} = {}").format(sql.Identifier(name), sql.Placeholder("key"))])
    row = connection.execute(query("api", "page", **parts, limit=sql.Literal(1)), {"key": key}).fetchone()
    if row is None:
        raise UnknownNameError(f"no {name} is called {str(key)[:60]}")
    return _shown(listing, row)


def fetch_many(
    connection: psycopg.Connection[TupleRow], listing: Listing, limit: int, equal: Mapping[str, object]
) -> list[dict[str, Any]]:
    """The first rows of a list in which some columns have some values."""
    template = sql.SQL("{} = {}")
    conditions = [template.format(sql.Identifier(name), sql.Placeholder(name)) for name in equal]
    statement = query("api", "page", **_parts(listing, conditions), limit=sql.Literal(limit))
    return [_shown(listing, row) for row in connection.execute(statement, dict(equal))]


def _page(request: Request, connection: psycopg.Connection[TupleRow], listing: Listing, asked: Any) -> Response:
    conditions, values = _conditions(listing, asked)
    limit = asked.limit or USUAL
    statement = query("api", "page", **_parts(listing, conditions), limit=sql.Literal(limit + 1))
    rows = connection.execute(statement, values).fetchall()
    shown = [_shown(listing, row) for row in rows[:limit]]
    body = _SHOWN.encode(shown)
    response = _json(body)
    if len(rows) > limit:
        after = write_cursor(listing.name, [shown[-1][key] for key in listing.keys.split()])
        others = [(name, value) for name, value in request.query_params.multi_items() if name != "after"]
        response.headers["Link"] = f'<{request.url.path}?{urlencode([*others, ("after", after)])}>; rel="next"'
    return tagged(request, response, tag_of(body))


def _json(body: bytes) -> Response:
    return Response(body, media_type=Form.JSON.media_type)


def _shown(listing: Listing, row: TupleRow) -> dict[str, Any]:
    found: dict[str, Any] = dict(zip(listing.columns, row, strict=True))
    return found | {name: make(found) for name, make in listing.derived.items()}


def _export(connection: psycopg.Connection[TupleRow], listing: Listing, asked: Any, form: Form) -> Response:
    conditions, values = _conditions(listing, asked)
    parts = _parts(listing, conditions)
    statement = query("api", "every", **parts)
    if asked.limit:
        statement = query("api", "page", **parts, limit=sql.Literal(asked.limit))
    write = as_csv if form is Form.CSV else as_parquet
    kinds = [FIELDS[name].kind for name in listing.names]
    batches = _batches(connection, listing, statement, values)
    file = f"{listing.name.replace('/', '-')}.{form.value}"
    media = f"{form.media_type}; charset=utf-8" if form is Form.CSV else form.media_type
    disposition = {"Content-Disposition": f'attachment; filename="{file}"', "Cache-Control": "private, no-cache"}
    return StreamingResponse(streamed(write(listing.names, kinds, batches)), 200, disposition, media)


def _batches(
    connection: psycopg.Connection[TupleRow], listing: Listing, statement: sql.Composed, values: Mapping[str, object]
) -> Iterator[Rows]:
    """Rows from a cursor in the server, in the transaction that such a cursor lives in."""
    with connection.transaction(), connection.cursor(name="export") as cursor:
        cursor.execute(statement, values)
        while rows := cursor.fetchmany(ROWS_AT_ONCE):
            yield [tuple(_shown(listing, row).values()) for row in rows] if listing.derived else rows


def _parts(listing: Listing, conditions: Sequence[sql.Composable]) -> dict[str, sql.Composable]:
    order = sql.SQL("{} DESC" if listing.newest_first else "{}")
    return {
        "columns": sql.SQL(", ").join(map(sql.Identifier, listing.columns)),
        "view": sql.Identifier(listing.view),
        "conditions": sql.SQL(" AND ").join(conditions) if conditions else sql.SQL("true"),
        "order": sql.SQL(", ").join(order.format(sql.Identifier(key)) for key in listing.keys.split()),
    }


def _conditions(listing: Listing, asked: Any) -> tuple[list[sql.Composable], dict[str, object]]:
    conditions: list[sql.Composable] = []
    values: dict[str, object] = {}

    def add(condition: sql.SQL, column: str, name: str, value: object) -> None:
        if value is not None:
            conditions.append(condition.format(sql.Identifier(column), sql.Placeholder(name)))
            values[name] = value

    for each in listing.filters.split():
        add(sql.SQL("{} = {}"), each.rstrip("!"), each.rstrip("!"), getattr(asked, each.rstrip("!")))
    if listing.time is not None:
        add(sql.SQL("{} >= {}"), listing.time, "from", asked.from_)
        add(sql.SQL("{} < {}"), listing.time, "to", asked.to)
    if asked.after is not None:
        keys = listing.keys.split()
        places = _place(listing, asked.after)
        row = [f"key_{n}" for n in range(len(keys))]
        values |= dict(zip(row, places, strict=True))
        template = sql.SQL("({}) < ({})" if listing.newest_first else "({}) > ({})")
        columns = sql.SQL(", ").join(map(sql.Identifier, keys))
        conditions.append(template.format(columns, sql.SQL(", ").join(map(sql.Placeholder, row))))
    return conditions, values


def _place(listing: Listing, after: str) -> tuple[object, ...]:
    try:
        return read_cursor(after, listing.name, [FIELDS[key].kind.type for key in listing.keys.split()])
    except CursorError as error:
        wrong = {"loc": ("query", "after"), "type": "cursor", "msg": str(error), "input": None}
        raise RequestValidationError([wrong]) from error
