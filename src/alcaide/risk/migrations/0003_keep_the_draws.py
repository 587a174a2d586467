"""Rows that stand keep the draws they had, and lists get the prices that stand beside them."""

from typing import Any

from django.db import migrations
from django.db.models import Max

NEEDED = {"frequency", "loss"}


def keep_keys(apps: Any, schema_editor: Any) -> None:
    Scenario, Effect = apps.get_model("risk", "Scenario"), apps.get_model("risk", "Effect")
    for row in Scenario.objects.only("pk", "uid"):
        Scenario.objects.filter(pk=row.pk).update(draw_key=str(row.uid))
    for row in Effect.objects.select_related("measure", "scenario"):
        Effect.objects.filter(pk=row.pk).update(draw_key=f"{row.measure.uid}>{row.scenario.uid}")


def keep_prices(apps: Any, schema_editor: Any) -> None:
    Scenario, Priced = apps.get_model("risk", "Scenario"), apps.get_model("common", "Priced")
    for row in Priced.objects.filter(figure="loss_a_year", subject__startswith="risk.scenario:"):
        Scenario.objects.filter(uid=row.subject.partition(":")[2]).update(
            loss_minor=row.amount_minor, loss_low_minor=row.low_minor, loss_high_minor=row.high_minor,
            currency=row.currency, priced_run=row.run, priced_at=row.at,
        )  # fmt: skip


def keep_days(apps: Any, schema_editor: Any) -> None:
    Scenario, Estimate = apps.get_model("risk", "Scenario"), apps.get_model("risk", "Estimate")
    found = {}
    for row in Estimate.objects.order_by().values("scenario_id", "what").annotate(last=Max("made_at")):
        found.setdefault(row["scenario_id"], {})[row["what"]] = row["last"]
    for pk, by_what in found.items():
        if by_what.keys() >= NEEDED:
            Scenario.objects.filter(pk=pk).update(ranges_from=min(by_what.values()).date())


class Migration(migrations.Migration):
    dependencies = [("risk", "0002_lists_tolerances_bow_ties"), ("common", "0001_initial")]

    operations = [
        migrations.RunPython(keep_keys, migrations.RunPython.noop),
        migrations.RunPython(keep_prices, migrations.RunPython.noop),
        migrations.RunPython(keep_days, migrations.RunPython.noop),
    ]
