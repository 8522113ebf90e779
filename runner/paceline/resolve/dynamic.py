"""Dynamic variables: `{{$guid}}`, `{{$randomInt}}` and the 116 others (postman-collection, dynamic-variables.js).

The plain ones are made here. The ones that faker makes are asked of the sandbox, which carries faker, so that their
wording and form are Postman's.
"""

from __future__ import annotations

import string
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from paceline.resolve.randomness import SYSTEM, Randomness
from paceline.resolve.scopes import MISSING

#: From a dynamic name (`$randomCity`) to a fresh value.
AskSandbox = Callable[[str], str]

_ALPHANUMERIC = string.digits + string.ascii_lowercase
_PASSWORD = string.ascii_letters + string.digits + "_"  # what `\w` matches, from which faker draws
_HEX = string.hexdigits[:16]


def _text(chance: Randomness, letters: str, count: int) -> str:
    return "".join(chance.choice(letters) for _ in range(count))


def _iso_timestamp(chance: Randomness) -> str:
    return datetime.fromtimestamp(chance.time(), UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


_MADE_HERE: dict[str, Callable[[Randomness], str]] = {
    "$guid": lambda chance: str(chance.uuid4()),
    "$randomUUID": lambda chance: str(chance.uuid4()),
    "$timestamp": lambda chance: str(int(chance.time())),
    "$isoTimestamp": _iso_timestamp,
    "$randomInt": lambda chance: str(chance.below(1001)),
    "$randomBoolean": lambda chance: chance.choice(("true", "false")),
    "$randomAlphaNumeric": lambda chance: _text(chance, _ALPHANUMERIC, 1),
    "$randomPassword": lambda chance: _text(chance, _PASSWORD, 15),
    "$randomHexColor": lambda chance: f"#{_text(chance, _HEX, 6)}",
    "$randomMACAddress": lambda chance: ":".join(_text(chance, _HEX, 2) for _ in range(6)),
    "$randomIP": lambda chance: ".".join(str(chance.below(256)) for _ in range(4)),
    "$randomIPV6": lambda chance: ":".join(_text(chance, _HEX, 4) for _ in range(8)),
}

_MADE_BY_FAKER = frozenset(
    f"${name}"
    for name in """
    randomPhoneNumber randomPhoneNumberExt randomLocale randomWords randomFilePath randomDirectoryPath
    randomCity randomStreetName randomStreetAddress randomCountry randomCountryCode randomLatitude
    randomLongitude randomColor randomDepartment randomProductName randomProductAdjective
    randomProductMaterial randomProduct randomCompanyName randomCompanySuffix randomCatchPhrase randomBs
    randomCatchPhraseAdjective randomCatchPhraseDescriptor randomCatchPhraseNoun randomBsAdjective
    randomBsBuzz randomBsNoun randomDatabaseColumn randomDatabaseType randomDatabaseCollation
    randomDatabaseEngine randomDatePast randomDateFuture randomDateRecent randomMonth randomWeekday
    randomBankAccount randomBankAccountName randomCreditCardMask randomPrice randomTransactionType
    randomCurrencyCode randomCurrencyName randomCurrencySymbol randomBitcoin randomBankAccountIban
    randomBankAccountBic randomAbbreviation randomAdjective randomNoun randomVerb randomIngverb randomPhrase
    randomAvatarImage randomImageUrl randomAbstractImage randomAnimalsImage randomBusinessImage
    randomCatsImage randomCityImage randomFoodImage randomNightlifeImage randomFashionImage randomPeopleImage
    randomNatureImage randomSportsImage randomTransportImage randomImageDataUri randomEmail randomExampleEmail
    randomUserName randomProtocol randomUrl randomDomainName randomDomainSuffix randomDomainWord
    randomUserAgent randomLoremWord randomLoremWords randomLoremSentence randomLoremSlug randomLoremSentences
    randomLoremParagraph randomLoremParagraphs randomLoremText randomLoremLines randomFirstName randomLastName
    randomFullName randomJobTitle randomNamePrefix randomNameSuffix randomJobDescriptor randomJobArea
    randomJobType randomWord randomFileName randomCommonFileName randomMimeType randomCommonFileType
    randomCommonFileExt randomFileType randomFileExt randomSemver
    """.split()
)

#: Every dynamic name there is.
DYNAMIC_NAMES = frozenset(_MADE_HERE) | _MADE_BY_FAKER


def dynamic_value(name: str, ask_sandbox: AskSandbox, chance: Randomness = SYSTEM) -> Any:
    """A fresh value for each call, or `MISSING` when there is no dynamic variable of this name.

    Args:
        ask_sandbox: makes the values that faker makes; they are not drawn from `chance` here.
        chance: where the others are drawn from, those of the clock included.
    """
    if name in _MADE_HERE:
        return _MADE_HERE[name](chance)
    return ask_sandbox(name) if name in _MADE_BY_FAKER else MISSING
