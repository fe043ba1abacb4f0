from beers.models.call import Call
from beers.models.proposal import Adoption, Proposal, Support
from beers.models.recipe import ROWS_MAX, Recipe

__all__ = ["ROWS_MAX", "Adoption", "Call", "Proposal", "Recipe", "Support"]
