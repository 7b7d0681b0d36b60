"""`firstreply agent`: make, list, show, change and end a shop's agents."""

from __future__ import annotations

import secrets
import sys
from typing import Annotated, TypeAlias

import typer

from services.administration.client import for_shop, path_of
from services.administration.routing_options import (
    SkillOptions,
    WeightOptions,
    read_skills,
    read_weights,
)
from services.administration.shown import AsJson, Shop, given, show_many, show_one
from services.terminal import console
from shared.kernel.ids import IdKind
from shared.kernel.vocabulary import Scope

PASSWORD_BYTES = 12
"""16 letters of 6 random bits each: nobody guesses through a slow hash of that."""

app = typer.Typer(help="A shop's agents.", no_args_is_help=True)
AgentId: TypeAlias = Annotated[
    str, typer.Argument(metavar="AGENT", help="The agent's id, agent_...")
]
Roles: TypeAlias = Annotated[
    list[Scope] | None,
    typer.Option("--role", help="agent, supervisor or admin; again for each."),
]
LanguageOptions: TypeAlias = Annotated[
    list[str] | None, typer.Option("--language", help="Such as en; again for each.")
]
Capacity: TypeAlias = Annotated[int | None, typer.Option(help="Weight held at once.")]
PasswordStdin: TypeAlias = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from standard input.")
]


@app.command()
def create(
    *,
    shop: Shop,
    name: Annotated[str, typer.Option(help="What customers read.")],
    email: Annotated[str, typer.Option(help="What the agent signs in with.")],
    role: Roles = None,
    skill: SkillOptions = None,
    language: LanguageOptions = None,
    capacity: Capacity = None,
    weight: WeightOptions = None,
    password_stdin: PasswordStdin = False,
    as_json: AsJson = False,
) -> None:
    """Make an agent; without --password-stdin a password is made, and printed this once."""
    password = _password(from_stdin=password_stdin)
    body = {
        "name": name,
        "email": email,
        "password": password,
        "skills": read_skills(skill or []),
        "weights": read_weights(weight or []),
        **given(roles=role, languages=language, capacity=capacity),
    }
    made = for_shop(shop).make("/v1/agents", body)
    shown = made if password_stdin else {**made, "password": password}
    show_one(shown, as_json=as_json)


@app.command(name="list")
def list_agents(*, shop: Shop, as_json: AsJson = False) -> None:
    """List a shop's agents, those who were ended included."""
    agents = for_shop(shop).list("/v1/agents", "agents")
    columns = ("id", "name", "email", "roles", "capacity", "status", "presence", "active")
    show_many(agents, *columns, as_json=as_json)


@app.command()
def show(agent: AgentId, *, shop: Shop, as_json: AsJson = False) -> None:
    """Show an agent."""
    show_one(for_shop(shop).get(path_of(IdKind.AGENT, "agents", agent)), as_json=as_json)


@app.command()
def change(
    agent: AgentId,
    *,
    shop: Shop,
    name: Annotated[str | None, typer.Option(help="What customers read.")] = None,
    role: Roles = None,
    skill: SkillOptions = None,
    language: LanguageOptions = None,
    capacity: Capacity = None,
    inherit_capacity: Annotated[
        bool, typer.Option("--inherit-capacity", help="Take the queue's limit, or the shop's.")
    ] = False,
    weight: WeightOptions = None,
    active: Annotated[
        bool | None, typer.Option("--active/--ended", help="Take back, or end at once.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Change what is named: roles, skills, languages and weights as a whole, all else alone."""
    fields = given(
        name=name,
        roles=role,
        skills=None if skill is None else read_skills(skill),
        languages=language,
        capacity=capacity,
        inherits_capacity=inherit_capacity or None,
        weights=None if weight is None else read_weights(weight),
        active=active,
    )
    path = path_of(IdKind.AGENT, "agents", agent)
    show_one(for_shop(shop).change(path, fields), as_json=as_json)


@app.command(name="set-password")
def set_password(
    agent: AgentId,
    *,
    shop: Shop,
    password_stdin: PasswordStdin = False,
    as_json: AsJson = False,
) -> None:
    """Give an agent a new password: one that is made and printed, or one of --password-stdin."""
    password = _password(from_stdin=password_stdin)
    path = path_of(IdKind.AGENT, "agents", agent)
    for_shop(shop).put(f"{path}/password", {"password": password})
    if not password_stdin:
        show_one({"id": agent, "password": password}, as_json=as_json)
    elif not as_json:
        console.print("The password is set.")


def _password(*, from_stdin: bool) -> str:
    if not from_stdin:
        return secrets.token_urlsafe(PASSWORD_BYTES)
    return sys.stdin.readline().rstrip("\r\n")
