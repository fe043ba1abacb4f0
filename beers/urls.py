"""Addresses of calls for ideas and of the beers."""

from django.urls import path

from beers.views import beers, ideas, propose

app_name = "beers"
urlpatterns = [
    path("ideas/", ideas.index, name="ideas"),
    path("ideas/<slug:slug>/", ideas.call, name="call"),
    path("ideas/<slug:slug>/propose/", propose.Propose.as_view(), name="propose"),
    path("ideas/<slug:slug>/propose/similar/", propose.Similar.as_view(), name="similar"),
    path("ideas/<slug:slug>/propose/beer/", propose.Beer.as_view(), name="beer"),
    path("ideas/<slug:slug>/propose/ingredients/", propose.Ingredients.as_view(), name="ingredients"),
    path("ideas/<slug:slug>/propose/words/", propose.Words.as_view(), name="words"),
    path("ideas/<slug:slug>/propose/named/", propose.Named.as_view(), name="named"),
    path("ideas/<slug:slug>/propose/check/", propose.Check.as_view(), name="check"),
    path("ideas/<slug:slug>/<public_id:public_id>/", ideas.proposal, name="proposal"),
    path("ideas/<slug:slug>/<public_id:public_id>/support/", ideas.support, name="support"),
    path("beers/", beers.index, name="beers"),
    path("beers/<public_id:public_id>/", beers.beer, name="recipe"),
    path("beers/<public_id:public_id>/beer.json", beers.beerjson, name="beerjson"),
]
