"""All planted changes, as data: what the emulator can be told to do otherwise, so that people see whether it is found.

`where` is the place at which a change shows: a JSON Pointer (RFC 6901) into the body, in which `*` stands for every row
or member and rows of CSV are objects; or `status`, `body`, `content-type`, `privilege`, `latency`; or, after a colon,
which `header` or `cookie`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from tests.emulator import body_effects as body
from tests.emulator import wire_effects as wire
from tests.emulator.effect import Effect, Kind, Level
from tests.emulator.errors import NOT_FOUND_PAGE


@dataclass(frozen=True, slots=True)
class Route:
    """One address, and which requests of our collections go there.

    Attributes:
        path: as in `app.ENDPOINTS`.
        requests: the keys of their contracts.
        operation: name of the GraphQL operation; all others have the same address.
    """

    method: str
    path: str
    requests: tuple[str, ...]
    operation: str = ""


@dataclass(frozen=True, slots=True)
class Fault:
    """A planted change.

    Attributes:
        what: it in one line.
        where: the place at which it shows, see above.
    """

    name: str
    route: Route
    where: str
    effect: Effect
    what: str

    @property
    def requests(self) -> tuple[str, ...]:
        """Keys of the contracts it touches."""
        return self.route.requests

    @property
    def kind(self) -> Kind:
        return self.effect.kind

    @property
    def level(self) -> Level:
        return self.effect.level


# fmt: off

LOGIN = Route("POST", "/auth/login", ("auth/Login",))
LOGOUT = Route("POST", "/auth/logout", ("auth/Logout",))
PLANS = Route("GET", "/ecomm/store/dotcom/digital_subscriptions/plans", ("ecommerce/Peloton Plans",))
REVIEWS = Route("GET", "/ecomm/product/bike/reviews", ("ecommerce/Peloton Bike Reviews",))
ORDERS = Route("GET", "/ecomm/orders", ("ecommerce/Peloton Account Order History",))
INSTRUCTORS = Route("GET", "/api/instructor", ("instructors/All Instructors",))
INSTRUCTOR = Route("GET", "/api/instructor/{instructor_id}", ("instructors/Instructor by Id",))
MAPPINGS = Route("GET", "/api/ride/metadata_mappings", ("rides-classes/Ride Metadata Mappings",))
ARCHIVED = Route("GET", "/api/v2/ride/archived", ("rides-classes/List Archived Rides",))
LIVE = Route("GET", "/api/v3/ride/live", ("rides-classes/List Live Rides",))
RIDE = Route("GET", "/api/ride/{ride_id}", ("rides-classes/Ride by Id",))
DETAILS = Route("GET", "/api/ride/{ride_id}/details",
                ("rides-classes/Ride Details", "rides-classes/Ride Details - Stream Source"))
FILTERS = Route("GET", "/api/ride/filters", ("rides-classes/Ride Filters",))
CATEGORIES = Route("GET", "/api/browse_categories", ("rides-classes/Class Categories",))
RESERVE = Route("POST", "/api/reservation", ("rides-classes/Create Reservation",))
ME = Route("GET", "/api/me", ("users/Me (Logged in User)",))
WORKOUTS = Route("GET", "/api/user/{user_id}/workouts",
                 ("users/User Workouts", "users/User Workouts (Join Ride Info)", "users/User Workouts Copy",
                  "workouts/User Workouts"))
HISTORY = Route("GET", "/api/user/{user_id}/workout_history_csv", ("users/User Workout History CSV",))
OVERVIEW = Route("GET", "/api/user/{user_id}/overview", ("users/User Overview",))
SUBSCRIPTIONS = Route("GET", "/api/v2/user/subscriptions", ("users/User Subscriptions",))
ACHIEVEMENTS = Route("GET", "/api/user/{user_id}/achievements", ("users/User Achievements",))
CHALLENGES = Route("GET", "/api/user/{user_id}/challenges/current", ("users/User Challenges (Current)",))
FOLLOWERS = Route("GET", "/api/user/{user_id}/followers", ("users/User Followers",))
FOLLOWING = Route("GET", "/api/user/{user_id}/following", ("users/User Following",))
SEARCH = Route("GET", "/api/user/search", ("users/User Search",))
SETTINGS = Route("GET", "/api/user/{user_id}/settings", ("users/User Settings",))
REFERRALS = Route("GET", "/api/user/{user_id}/referral_history", ("users/User Referral History",))
CALENDAR = Route("GET", "/api/user/{user_id}/calendar", ("users/User Calendar Activity",))
WORKOUT = Route("GET", "/api/workout/{workout_id}",
                ("workouts/Workout by Id", "workouts/Workout by Id - Join Ride Info"))
GRAPH = Route("GET", "/api/workout/{workout_id}/performance_graph", ("workouts/Workout by Id - Performance Graph",))
ADD_TAG = Route("POST", "/graphql", ("graphql/AddTagToUser",), "AddTagToUser")
MY_TAGS = Route("POST", "/graphql", ("graphql/MyTags",), "MyTags")
TAG_NAMES = Route("POST", "/graphql", ("graphql/TagBrowseCategoryDisplayNames",), "TagBrowseCategoryDisplayNames")
TAG_DETAIL = Route("POST", "/graphql", ("graphql/TagDetail",), "TagDetail")
BROWSE_TAGS = Route("POST", "/graphql",
                    tuple(f"graphql/TagBrowseCategory - {name} Tags"
                          for name in ("Featured", "Friends", "Popular", "Trending")), "TagBrowseCategory")

_HTML = "text/html; charset=utf-8"
_SORRY = "<!DOCTYPE html>\n<html><body><h1>Back soon</h1></body></html>\n"
_BROKEN = '{"status":500,"error_code":null,"subcode":null,"message":"Internal server error","details":null}'

_TABLE = (
    # --- members of a body: gone, renamed, of another type ------------------------------------------------------------
    Fault("workout-status-removed", WORKOUTS, "/data/*/status", body.REMOVED,
          "rows no longer tell whether a workout is complete"),
    Fault("segment-length-removed", DETAILS, "/segments/segment_list/*/length", body.REMOVED,
          "parts of the plan, deep inside, have no length"),
    Fault("challenge-picture-removed", CHALLENGES, "/challenges/*/challenge_summary/symbol_image_url", body.REMOVED,
          "challenges lose a picture that few people need"),
    Fault("me-email-removed", ME, "/email", body.REMOVED,
          "the own account no longer tells its address"),
    Fault("total-work-renamed", WORKOUTS, "/data/*/total_work", body.renamed("total_output"),
          "total_work of rows is called total_output"),
    Fault("instructor-name-renamed", INSTRUCTOR, "/name", body.renamed("display_name"),
          "the name of an instructor is called display_name"),
    Fault("username-renamed", FOLLOWERS, "/data/*/username", body.renamed("leaderboard_name"),
          "the username of followers is called leaderboard_name"),
    Fault("summary-value-as-text", GRAPH, "/summaries/*/value", body.AS_TEXT,
          "totals of a workout are texts instead of numbers"),
    Fault("filter-value-as-number", FILTERS, "/filters/0/values/*/value", body.AS_NUMBER,
          "lengths to filter by are numbers instead of texts"),
    Fault("category-share-as-number", DETAILS, "/segments/segment_category_distribution/*", body.AS_NUMBER,
          "shares in a map by category are numbers instead of texts"),
    Fault("streaks-as-list", OVERVIEW, "/streaks", body.IN_A_LIST,
          "the streaks are a list with one object instead of an object"),
    Fault("private-flag-as-text", SETTINGS, "/privacy/is_profile_private", body.AS_TEXT,
          "a flag is the text true or false"),
    Fault("is-private-as-text", SEARCH, "/data/*/is_profile_private", body.AS_TEXT,
          "a flag of found members is the text true or false"),
    Fault("month-count-as-object", WORKOUTS, "/summary/*", body.AS_OBJECT,
          "values of the map by month are objects instead of numbers"),
    Fault("active-days-as-text", CALENDAR, "/months/*/active_days/*", body.AS_TEXT,
          "the active days of a month are texts instead of numbers"),
    # --- members of a body: null, rare, of another form ---------------------------------------------------------------
    Fault("total-work-null", WORKOUT, "/total_work", body.NULL,
          "the work of a workout is null"),
    Fault("ride-difficulty-null", RIDE, "/difficulty_estimate", body.NULL,
          "the difficulty of a class is null"),
    Fault("timezone-rare", WORKOUTS, "/data/*/timezone", body.missing_in_every(3),
          "every third row has no timezone"),
    Fault("location-rare", FOLLOWERS, "/data/*/location", body.missing_in_every(4),
          "every fourth follower has no location"),
    Fault("ride-id-as-uuid", RIDE, "/id", body.AS_UUID,
          "the id of a class has dashes"),
    Fault("start-in-milliseconds", WORKOUT, "/start_time", body.IN_MILLISECONDS,
          "a workout starts at milliseconds instead of seconds since 1970"),
    Fault("end-as-date", WORKOUT, "/end_time", body.AS_DATE,
          "a workout ends at an ISO date instead of seconds since 1970"),
    Fault("workout-status-new", WORKOUTS, "/data/0/status", body.new_value("PAUSED"),
          "a row has a status nobody has met"),
    Fault("device-type-new", WORKOUTS, "/data/0/device_type", body.new_value("home_rower"),
          "a workout was done on a device nobody has met"),
    Fault("coach-type-replaced", INSTRUCTORS, "/data/*/coach_type", body.replaced("peloton_coach", "PELOTON"),
          "peloton_coach is called PELOTON"),
    Fault("relationship-in-capitals", FOLLOWING, "/data/*/relationship/me_to_user", body.UPPER_CASE,
          "following and none are FOLLOWING and NONE"),
    Fault("discipline-replaced", ARCHIVED, "/data/*/fitness_discipline", body.UPPER_CASE,
          "disciplines of classes are in capitals"),
    Fault("calories-thousandfold", DETAILS, "/averages/average_calories", body.times(1000),
          "the average calories of a class are a thousandfold"),
    Fault("class-length-in-minutes", RIDE, "/duration", body.times(1 / 60),
          "the length of a class counts minutes instead of seconds"),
    Fault("achievements-empty", ACHIEVEMENTS, "/categories", body.EMPTY,
          "the list of achievements is empty"),
    Fault("segments-empty", GRAPH, "/segment_list", body.EMPTY,
          "the plan of a workout is empty"),
    Fault("ride-field-added", RIDE, "/is_class_of_the_week", body.added(value=False),
          "a class has a field nobody has met"),
    Fault("row-field-added", FOLLOWING, "/data/*/badge", body.added({"slug": "example", "level": 1}),
          "rows have an object nobody has met"),
    Fault("referrals-cut-off", REFERRALS, "body", wire.CUT_OFF,
          "the last byte of the JSON is missing"),
    # --- status -------------------------------------------------------------------------------------------------------
    Fault("reservation-created", RESERVE, "status", wire.succeeds_with(201),
          "a reservation is answered with 201 instead of 200"),
    Fault("calendar-gone", CALENDAR, "status", wire.fails(404, NOT_FOUND_PAGE, _HTML, "breaking"),
          "the route is unknown: 404 with a page of HTML"),
    Fault("subscriptions-broken", SUBSCRIPTIONS, "status", wire.fails(500, _BROKEN, "application/json", "risky"),
          "the route fails: 500"),
    Fault("refusal-forbidden", ME, "status", wire.refuses_with(401, 403),
          "without a session the answer is 403 instead of 401"),
    Fault("refusal-message-renamed", ORDERS, "/message", body.refusal_renamed("error"),
          "the message of a refusal is called error"),
    Fault("graphql-refusal-as-success", MY_TAGS, "status", wire.refuses_with(401, 200),
          "without a session GraphQL answers 200, with the same errors"),
    # --- content type -------------------------------------------------------------------------------------------------
    Fault("json-called-html", CATEGORIES, "content-type", wire.content_type(_HTML),
          "JSON that says it is HTML"),
    Fault("page-instead-of-json", LIVE, "body", wire.page_instead(_SORRY),
          "200 with a page of HTML instead of JSON"),
    Fault("charset-added", MAPPINGS, "content-type",
          wire.content_type("application/json; charset=utf-8", "additive"),
          "the content type names the charset of JSON"),
    Fault("csv-called-text", HISTORY, "content-type", wire.content_type("text/plain; charset=utf-8"),
          "the export says it is plain text"),
    Fault("csv-column-renamed", HISTORY, "/*/Calories Burned", wire.column_renamed("Calories"),
          "a column of the export has another name"),
    Fault("csv-columns-reordered", HISTORY, "/*/Title", wire.COLUMN_TO_FRONT,
          "a column of the export comes first"),
    Fault("csv-column-removed", HISTORY, "/*/Avg. Watts", wire.COLUMN_REMOVED,
          "a column of the export is gone"),
    Fault("csv-column-added", HISTORY, "/*/Strive Score", wire.column_added("12"),
          "the export has one more column, at its end"),
    Fault("csv-semicolons", HISTORY, "body", wire.SEMICOLONS,
          "the export has semicolons instead of commas"),
    # --- headers and cookies ------------------------------------------------------------------------------------------
    Fault("content-type-removed", PLANS, "header:content-type", wire.HEADER_REMOVED,
          "JSON without a content type"),
    Fault("header-added", INSTRUCTORS, "header:x-plan", wire.header_added("synthetic-1"),
          "a header nobody has met"),
    Fault("sunset-announced", ARCHIVED, "header:sunset", wire.header_added("Wed, 30 Jun 2027 00:00:00 GMT", "risky"),
          "the route tells when it will end (RFC 8594)"),
    Fault("cookie-renamed", LOGIN, "cookie:peloton_session_id", wire.cookie_renamed("peloton_session_id", "session"),
          "the session cookie is called session; nobody accepts that"),
    Fault("cookie-missing", LOGIN, "cookie:peloton_session_id", wire.NO_COOKIE,
          "a login sets no cookie"),
    Fault("cookie-not-http-only", LOGIN, "cookie:peloton_session_id", wire.cookie_attribute("HttpOnly", "", "breaking"),
          "scripts of a page may read the session cookie"),
    Fault("cookie-path-lost", LOGIN, "cookie:peloton_session_id", wire.cookie_attribute("Path=/", "", "breaking"),
          "without a path the session cookie is for /auth only (RFC 6265, section 5.1.4)"),
    Fault("cookie-secure", LOGIN, "cookie:peloton_session_id",
          wire.cookie_attribute("HttpOnly", "HttpOnly; Secure", "risky"),
          "the session cookie is for encrypted connections only"),
    Fault("cookie-short-lived", LOGIN, "cookie:peloton_session_id",
          wire.cookie_attribute("Max-Age=2592000", "Max-Age=600", "risky"),
          "the session cookie lasts ten minutes instead of thirty days"),
    Fault("cookie-added", CATEGORIES, "cookie:visitor", wire.cookie_added("synthetic"),
          "a cookie nobody has met"),
    # --- who may ask --------------------------------------------------------------------------------------------------
    Fault("orders-open", ORDERS, "privilege", wire.OPEN_TO_ALL,
          "anybody sees the orders of the account"),
    Fault("workout-open", WORKOUT, "privilege", wire.OPEN_TO_ALL,
          "anybody sees a workout of the account"),
    Fault("instructors-closed", INSTRUCTORS, "privilege", wire.CLOSED,
          "the instructors are for members only"),
    Fault("ended-session-accepted", LOGOUT, "privilege", wire.ENDED_SESSION_COUNTS,
          "a session is still good after the logout"),
    Fault("expired-token-accepted", ME, "privilege", wire.EXPIRED_TOKEN_COUNTS,
          "a token is still good after its time; needs --auth bearer"),
    Fault("platform-needed", SETTINGS, "status", wire.NEEDS_PLATFORM,
          "without the header Peloton-Platform the answer is 400"),
    # --- lists in pages -----------------------------------------------------------------------------------------------
    Fault("pages-loop", WORKOUTS, "/data", wire.PAGES_LOOP,
          "after the second page comes the first one again, for ever"),
    Fault("pages-overlap", FOLLOWING, "/data", wire.PAGES_OVERLAP,
          "a page begins with the last row of the one before"),
    Fault("row-repeated", FOLLOWERS, "/data/1", body.REPEATS_A_ROW,
          "the first row stands on the page twice"),
    Fault("page-cap-lowered", INSTRUCTORS, "/limit", wire.LOW_CAP,
          "pages have ten rows at most, whatever is asked"),
    Fault("total-too-high", FOLLOWING, "/total", body.off_by(5),
          "total tells five rows more than there are"),
    Fault("count-too-low", SEARCH, "/count", body.off_by(-1),
          "count tells one row less than the page has"),
    Fault("page-count-too-high", FOLLOWERS, "/page_count", body.off_by(1),
          "page_count tells one page more than there are"),
    Fault("always-more-pages", ARCHIVED, "/show_next", body.ALWAYS_TRUE,
          "show_next is true on the last page too"),
    # --- GraphQL ------------------------------------------------------------------------------------------------------
    Fault("tag-count-renamed", TAG_DETAIL, "/data/tag/followingCount", body.renamed("followersCount"),
          "a field of the answer is not called as in the query"),
    Fault("tag-name-removed", TAG_DETAIL, "/data/tag/name", body.REMOVED,
          "a field of the query is not in the answer"),
    Fault("tag-total-null", TAG_DETAIL, "/data/tag/users/totalCount", body.NULL,
          "a field that is never null is null"),
    Fault("tag-slots-as-text", MY_TAGS, "/data/user/remainingTagSlotCount", body.AS_TEXT,
          "a whole number is a text"),
    Fault("tag-result-unknown", ADD_TAG, "/data/addTagToUser/__typename", body.unknown_type("TagQueued"),
          "the result is of a type that is no member of the union"),
    Fault("follow-status-new", TAG_DETAIL, "/data/tag/users/edges/0/node/followStatus", body.new_value("BLOCKED"),
          "an enum has a value nobody has met"),
    Fault("errors-beside-data", TAG_NAMES, "/errors", body.errors_beside("Something went wrong"),
          "there are errors beside the data"),
    Fault("cursor-missing", BROWSE_TAGS, "/data/tagBrowseCategory/tags/pageInfo/endCursor", body.NO_CURSOR,
          "there are more pages, but no cursor to them"),
    Fault("cursor-loops", BROWSE_TAGS, "/data/tagBrowseCategory/tags/pageInfo/endCursor", body.CURSOR_LOOPS,
          "the cursor of the second page leads to the second page"),
    Fault("always-more-users", TAG_DETAIL, "/data/tag/users/pageInfo/hasNextPage", body.ALWAYS_TRUE,
          "hasNextPage is true on the last page too, where endCursor is null"),
    # --- time ---------------------------------------------------------------------------------------------------------
    Fault("reviews-slow", REVIEWS, "latency", wire.slower(300),
          "the reviews take 300 ms longer"),
)

# fmt: on

FAULTS = {fault.name: fault for fault in _TABLE}
"""By name, in the order of the table."""


class UnknownFaultError(ValueError):
    """A name that is not in the table."""


def find_faults(names: Iterable[str]) -> tuple[Fault, ...]:
    """The faults of these names, each once, in this order.

    Raises:
        UnknownFaultError: with the nearest name, or the way to all of them.
    """
    found = []
    for name in dict.fromkeys(names):
        if name not in FAULTS:
            near = get_close_matches(name, FAULTS, 1)
            fix = f"did you mean {near[0]}?" if near else "`list` shows all names"
            raise UnknownFaultError(f"there is no planted change named {name!r}: {fix}")
        found.append(FAULTS[name])
    return tuple(found)


def listing() -> str:
    """The table for people: one paragraph per fault."""
    return "\n".join(
        f"{fault.name}  ({fault.level}: {fault.kind} at {fault.where})\n"
        f"    {fault.what}\n"
        f"    {', '.join(fault.requests)}"
        for fault in FAULTS.values()
    )
