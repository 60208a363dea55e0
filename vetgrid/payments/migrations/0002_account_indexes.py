"""Lines that were frozen from accounts without a blind index get it; a run that was not released yet is gated anew by its digest."""

from django.db import migrations

from vetgrid.core.crypto import blind
from vetgrid.core.scope import acting, system_actor

_BLOCK = 1000


def fill(apps, schema_editor):
    for name in ("PayLine", "AccountNotice"):
        model = apps.get_model("payments", name)
        rows = model.objects.filter(account_index=None).exclude(account=None)
        if not rows.exists():
            continue
        with acting(system_actor("更新账户索引")):
            while block := list(rows.order_by("pk")[:_BLOCK]):
                for row in block:
                    row.account_index = blind(row.account.reveal(), "bank_account")
                model.objects.bulk_update(block, ["account_index"])


class Migration(migrations.Migration):

    dependencies = [("payments", "0001_initial"), ("registry", "0003_account_indexes")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
