"""The demo county in a database of its own, made anew for each run."""

from vetgrid.config import instance, migrating


def main() -> None:
    instance.write_instance(instance.Instance(is_demo=True, fixed_day="2023-12-28"))
    migrating.migrate(fresh=True)
    from vetgrid.config import demo
    from vetgrid.config.commands import collect_static

    demo.load()
    collect_static()


if __name__ == "__main__":
    main()
