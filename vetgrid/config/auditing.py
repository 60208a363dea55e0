"""The trail on the command line: seal, verify, export."""

from pathlib import Path

from vetgrid.audit import chain
from vetgrid.core.scope import acting, system_actor


def seal() -> int:
    with acting(system_actor("命令行审计")):
        made = chain.seal_finished()
    print(f"已封存{made.entries}条,校验值 {made.digest}" if made else "没有需要封存的记录。")
    return 0


def verify(*, against: str) -> int:
    with acting(system_actor("命令行审计")):
        return _tell(chain.verify(against=against))


def verify_file(path: Path, *, against: str) -> int:
    return _tell(chain.verify_file(path, against=against))


def export(path: Path) -> int:
    with acting(system_actor("命令行审计")):
        print(f"已导出{chain.export(path)}条到 {path}。")
    return 0


def _tell(verdict: chain.Verdict) -> int:
    for problem in verdict.problems:
        print(problem)
    state = "不完整" if verdict.problems else "完整"
    print(
        f"审计链{state}:{verdict.seals}个封条,{verdict.entries}条记录,{verdict.unsealed}条等待封存。链头 {verdict.head}"
    )
    return 1 if verdict.problems else 0
