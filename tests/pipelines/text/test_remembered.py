"""What is remembered of blocks is let go with the policy that they are of."""

from pipelines.store.shelves import folds
from pipelines.text import remembered, wording
from pipelines.text.remembered import forget_blocks
from pipelines.upkeep.merge import merge
from tests.databases.stored import Seen, write


def test_a_function_remembers_until_all_is_forgotten():
    asked = []
    double = remembered.remembered(2)(lambda one: asked.append(one) or 2 * one)
    assert [double(1), double(1), double(2)] == [2, 2, 4]
    assert asked == [1, 2]
    forget_blocks()
    assert double(1) == 2
    assert asked == [1, 2, 1]


def test_a_merge_holds_nothing_of_the_policies_that_it_folded(tmp_path):
    """So its memory is that of one policy, however many there are."""
    for number in range(2):
        url = f"http://site{number}.example/privacy"
        texts = [f"We keep your data of {number}.\n{day}" for day in range(3)]
        seen = [Seen(day, text, url=url, site=f"site{number}.example") for day, text in enumerate(texts)]
        write(tmp_path / f"{number}.db", seen)
    wording.words("a line")
    list(merge([tmp_path / "0.db", tmp_path / "1.db"], tmp_path / "all.db"))
    held = {kept.__qualname__: kept.cache_info().currsize for kept in remembered._ALL}
    assert folds._line.__qualname__ in held
    assert set(held.values()) == {0}
