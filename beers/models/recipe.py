from django.db import models
from django.db.models import Q

from beers.enums import Origin
from core.ids import PublicIdField

ROWS_MAX = 16


class Recipe(models.Model):
    """A beer on paper; written once and never changed, so that a ballot and its result speak of the same beer.

    ``abv_hundredths`` is in hundredths of a percent by volume, ``ibu`` in international bitterness units, ``ebc`` in
    units of the European Brewery Convention, the batch in millilitres in the fermenter. ``malts`` is a list of
    {name, grams, ebc}, ``hops`` of {name, grams, minutes, alpha_hundredths} (minutes before the end of the boil, 0 at
    its end, -1 in the fermenter), ``yeast`` of {name, kind, is_dry}. Whether a recipe is on a ballot or has won stands
    in its proposal and its adoption, not here.
    """

    public_id = PublicIdField()
    name = models.CharField(max_length=60)
    style = models.CharField(max_length=60)
    abv_hundredths = models.PositiveSmallIntegerField()
    ibu = models.PositiveSmallIntegerField()
    ebc = models.PositiveSmallIntegerField()
    malts = models.JSONField()
    hops = models.JSONField()
    yeast = models.JSONField()
    batch_ml = models.PositiveIntegerField()
    efficiency_percent = models.PositiveSmallIntegerField(default=75)
    description = models.TextField(blank=True, default="")
    description_vi = models.TextField(blank=True, default="")
    origin = models.CharField(max_length=16, choices=Origin.choices)
    author = models.ForeignKey("accounts.Party", null=True, on_delete=models.PROTECT, related_name="recipes")
    author_shown = models.CharField(max_length=300, blank=True, default="")
    written_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(name="recipe_has_name_and_style", condition=~Q(name="") & ~Q(style="")),
            models.CheckConstraint(
                name="recipe_strength_within_20_percent", condition=Q(abv_hundredths__gt=0, abv_hundredths__lte=2000)
            ),
            models.CheckConstraint(name="recipe_bitterness_within_150", condition=Q(ibu__lte=150)),
            models.CheckConstraint(name="recipe_colour_within_200", condition=Q(ebc__gt=0, ebc__lte=200)),
            models.CheckConstraint(
                name="recipe_batch_within_reason", condition=Q(batch_ml__gte=1000, batch_ml__lte=50_000_000)
            ),
            models.CheckConstraint(
                name="recipe_efficiency_is_a_share", condition=Q(efficiency_percent__gte=1, efficiency_percent__lte=100)
            ),
            models.CheckConstraint(
                name="recipe_author_is_a_member_and_named",
                condition=Q(origin=Origin.HOUSE, author=None, author_shown="")
                | (Q(origin=Origin.MEMBER, author__isnull=False) & ~Q(author_shown="")),
            ),
        ]

    def __str__(self) -> str:
        return self.name
