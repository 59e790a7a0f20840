"""People sign in by a name in normal form (NFKC, case-folded, trimmed).

Of two people with one normal form the one who is written so already keeps it, else who was added first. The other, and
whoever has a name that can be none, is named by what is left of it and their number: "clerk-17". The way back leaves
names as they are: every one of them signs in there too.
"""

import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0109"
down_revision = "0108"

NAME_MAX = 64
STAFF = sa.table("staff", sa.column("id", sa.Integer), sa.column("user", sa.String))


def upgrade() -> None:
    people = [(number, name) for number, name in op.get_bind().execute(sa.select(STAFF.c.id, STAFF.c.user))]
    taken: dict[str, int] = {}
    for number, name in sorted(people, key=lambda person: (person[1] != folded(person[1]), person[0])):
        taken.setdefault(folded(name), number)
    named = {}
    for number, name in sorted(people):
        normal = folded(name)
        if not usable(normal) or taken[normal] != number:
            normal = free(normal, number, taken)
        if normal != name:
            named[number] = normal
    # Through names that nobody has: on the way two would be alike for a moment.
    for number in named:
        rename(number, f"\n{number}")
    for number, normal in named.items():
        rename(number, normal)


def rename(number: int, name: str) -> None:
    op.execute(sa.update(STAFF).where(STAFF.c.id == number).values(user=name))


def folded(name: str) -> str:
    text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    return " ".join(text.replace("\u200c", "").replace("\u200d", "").split())


def usable(name: str) -> bool:
    return 0 < len(name) <= NAME_MAX and name.isprintable()


def free(name: str, number: int, taken: dict[str, int]) -> str:
    """Return a name with the person's number that nobody has."""
    left = "".join(filter(str.isprintable, name))[:40].strip() or "person"
    made = f"{left}-{number}"
    while made in taken:
        made += "-"
    taken[made] = number
    return made


def downgrade() -> None:
    pass
