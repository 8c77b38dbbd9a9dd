"""Whether a sentence says yes or no of what a verb in it means: by negation, conditions and doubt. Never a guess.

    polarity("we do not sell your data.", start of "sell", English) ──► no

The negation must stand before the verb, in its clause (up to a word that begins another: "but", "which", ";"), at most
eight words away, or at any distance before the last verb of a list ("do not sell …, share … or use"). A condition anywhere
in the sentence ("unless", "without your consent") makes a verb conditional. A choice ("you can turn it off") does so only
where nothing is denied. A denial in a main clause of its own has only the conditions of that clause: "we share it if you ask,
and we do not sell it" denies the sale.

Where negation and verb are farther apart, where two negations meet, and where the text itself doubts ("may be considered a
sale"), the answer is unclear. A question says nothing.
"""

from __future__ import annotations

from typing import Final

from pipelines.claims.model import Polarity
from pipelines.claims.rules import Scope

_NEAR: Final = 8  # words between a negation and its verb: "do not, and will not in the future, sell, rent or lend"


def polarity(sentence: str, verb: int, scope: Scope) -> Polarity | None:
    """Return what a sentence says of its verb; None for a question.

    :param sentence: in small letters. :param verb: where the verb begins.
    """
    if sentence.rstrip(' "*)').endswith("?"):
        return None
    if scope.doubt.search(sentence):
        return Polarity.UNCLEAR
    clause, begin = sentence[:verb], 0
    for found in scope.breaks.finditer(clause):
        begin = found.end()
        clause = " " * begin + sentence[begin:verb]
    clause = scope.not_negation.sub(lambda match: " " * len(match.group()), clause)
    negations = [match.end() for match in scope.negation.finditer(clause)]
    if len(negations) > 1:
        return Polarity.UNCLEAR
    if negations and len(clause[negations[0] :].split()) > _NEAR and not scope.joined.search(clause):
        return Polarity.UNCLEAR
    around = _main_clause(sentence, verb, scope) if negations else sentence
    if scope.condition.search(around) or (not negations and scope.choice.search(sentence, begin)):
        return Polarity.CONDITIONAL
    return Polarity.NO if negations else Polarity.YES


def _main_clause(sentence: str, verb: int, scope: Scope) -> str:
    """Return the main clause in which a verb stands. A condition that begins the sentence is one of all its clauses: then the
    whole sentence.
    """
    if scope.condition.match(sentence):
        return sentence
    ends = [found.start() for found in scope.apart.finditer(sentence)]
    return sentence[
        max((at for at in ends if at <= verb), default=0) : min((at for at in ends if at > verb), default=None)
    ]
