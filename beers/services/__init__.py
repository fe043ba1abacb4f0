"""What other rooms ask beers to write."""

from beers.services.adoption import adopt_winner

__all__ = ["adopt_winner"]
