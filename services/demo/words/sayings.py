"""Turns a script into what somebody says about one order."""

from __future__ import annotations

from services.demo.dice import Dice
from services.demo.words.scripts import Tongue, Topic


def opening(tongue: Tongue, topic: Topic, *, order: str, product: str, dice: Dice) -> str:
    """Return a customer's first message."""
    greeting = dice.choose(tongue.greetings)
    words = dice.choose(tongue.scripts[topic].openings).format(order=order, product=product)
    return f"{greeting} {words}".lstrip()


def closing(tongue: Tongue, topic: Topic, *, product: str, which: int) -> str:
    """Return an agent's last message."""
    return tongue.scripts[topic].closings[which].format(product=product)
