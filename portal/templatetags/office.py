"""Numbers of the office's forms."""

from django import template

from core.templatetags.money import exact_money

register = template.Library()
register.filter("exact_money", exact_money)
