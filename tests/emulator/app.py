"""All routes of the emulator, and what happens before and after their handlers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from tests.emulator import (
    achievements,
    auth,
    ecommerce,
    followers,
    instructors,
    overview,
    pelotons,
    performance_graph,
    relationships,
    ride_details,
    rides,
    settings,
    subscriptions,
    users,
    workout_csv,
    workouts,
)
from tests.emulator.call import Call, Handler
from tests.emulator.clock import NOW
from tests.emulator.credentials import USER_ID
from tests.emulator.drift import Drift, hooks_of
from tests.emulator.effect import Hook
from tests.emulator.errors import NOT_FOUND_PAGE, ApiError, invalid, not_logged_in
from tests.emulator.faults import Fault
from tests.emulator.graphql import graphql
from tests.emulator.state import AuthMode, State


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One method of one path.

    Attributes:
        credential: refuses callers who are not logged in.
        platform: needs the header Peloton-Platform, with any value. Well known for overview and achievements, by
            the reference collection only for the rest; followers and following, which send it too, work without.
    """

    method: str
    path: str
    handler: Handler
    credential: bool = False
    platform: bool = False


def _public(method: str, path: str, handler: Handler, *, platform: bool = False) -> Endpoint:
    return Endpoint(method, path, handler, platform=platform)


def _private(method: str, path: str, handler: Handler, *, platform: bool = False) -> Endpoint:
    return Endpoint(method, path, handler, credential=True, platform=platform)


_USER = "/api/user/{user_id}"
_RIDE = "/api/ride/{ride_id}"
_WORKOUT = "/api/workout/{workout_id}"

# Fixed names stand before variables, as the first fitting path wins.
ENDPOINTS = (
    _public("POST", "/auth/login", auth.login),
    _private("POST", "/auth/logout", auth.logout),
    _public("GET", "/auth/check_session", auth.check_session),
    _public("GET", "/ecomm/store/dotcom/digital_subscriptions/plans", ecommerce.list_plans),
    _public("GET", "/ecomm/store", ecommerce.list_stores),
    _public("GET", "/ecomm/product/bike/reviews", ecommerce.list_reviews),
    _private("GET", "/ecomm/orders", ecommerce.list_orders),
    _private("GET", "/ecomm/card", ecommerce.get_card),
    _public("POST", "/graphql", graphql),  # refuses by itself, in its own envelope
    _public("GET", "/api/instructor", instructors.list_instructors),
    _public("GET", "/api/instructor/{instructor_id}", instructors.get_instructor),
    _public("GET", "/api/ride/metadata_mappings", ride_details.metadata_mappings),
    _public("GET", "/api/v2/ride/archived", rides.list_archived),
    _public("GET", "/api/v3/ride/live", rides.list_live),
    _public("GET", "/api/ride/filters", ride_details.ride_filters, platform=True),
    _public("GET", _RIDE, rides.get_ride),
    _public("GET", f"{_RIDE}/details", ride_details.ride_details),
    _private("GET", f"{_RIDE}/recent_following_workouts", workouts.list_recent_following),
    _public("GET", "/api/browse_categories", ride_details.list_categories),
    _private("POST", "/api/favorites/create", rides.create_favorite),
    _private("POST", "/api/favorites/delete", rides.delete_favorite),
    _private("GET", "/api/favorites/{ride_id}", rides.get_favorite),
    _private("POST", "/api/reservation", pelotons.create_reservation),
    _private("DELETE", "/api/reservation/{reservation_id}", pelotons.remove_reservation),
    _private("GET", "/api/me", users.me),
    _private("GET", "/api/v2/user/subscriptions", subscriptions.list_subscriptions),
    _private("GET", "/api/user/search", followers.search_users),
    _private("POST", "/api/user/change_relationship", relationships.change_relationship),
    _public("GET", _USER, users.get_user),
    _private("PUT", _USER, users.update_user),
    _private("GET", f"{_USER}/workouts", workouts.list_workouts),
    _private("GET", f"{_USER}/workout_history_csv", workout_csv.workout_history_csv),
    _private("GET", f"{_USER}/overview", overview.user_overview, platform=True),
    _private(
        "GET", f"{_USER}/subscription/{{subscription_id}}/subscription_transactions", subscriptions.list_transactions
    ),
    _private("GET", f"{_USER}/achievements", achievements.user_achievements, platform=True),
    *(
        _private("GET", f"{_USER}/challenges/{period}", overview.user_challenges(period), platform=True)
        for period in ("current", "upcoming", "past")
    ),
    _private("GET", f"{_USER}/followers", followers.list_followers),
    _private("GET", f"{_USER}/following", followers.list_following),
    _private("GET", f"{_USER}/settings", settings.get_settings),
    _private("PUT", f"{_USER}/settings", settings.update_settings),
    _private("GET", f"{_USER}/referral_history", subscriptions.referral_history),
    _private("GET", f"{_USER}/calendar", overview.user_calendar),
    _private("GET", _WORKOUT, workouts.get_workout),
    _private("DELETE", _WORKOUT, workouts.delete_workout),
    _private("GET", f"{_WORKOUT}/performance_graph", performance_graph.performance_graph),
)


def _caller(state: State, request: Request, hooks: frozenset[Hook]) -> str | None:
    caller = auth.caller_of(state, request.headers, now=0 if "expired token" in hooks else NOW)
    return USER_ID if caller is None and "open to all" in hooks else caller


def _answer(
    state: State, methods: dict[str, Endpoint], faults: Sequence[Fault]
) -> Callable[[Request], Awaitable[Response]]:
    """The function Starlette calls for a path: picks the endpoint, checks credential and header, runs the handler."""
    planted = {method: hooks_of(faults, method, endpoint.path) for method, endpoint in methods.items()}

    async def answer(request: Request) -> Response:
        method = "GET" if request.method == "HEAD" else request.method
        endpoint, hooks = methods[method], planted[method]
        call = Call(
            state=state,
            path=request.path_params,
            query=request.query_params,
            headers=request.headers,
            raw_body=await request.body(),
            caller=_caller(state, request, hooks),
            session_id=auth.sent_session(request.headers),
            hooks=hooks,
        )
        if (endpoint.credential or "closed" in hooks) and call.caller is None:
            raise not_logged_in()
        if (endpoint.platform or "needs platform" in hooks) and not request.headers.get("peloton-platform"):
            raise invalid("the header Peloton-Platform is missing")
        result = endpoint.handler(call)
        return result if isinstance(result, Response) else JSONResponse(result)

    return answer


def _refuse(_request: Request, error: Exception) -> Response:
    assert isinstance(error, ApiError)
    return JSONResponse(error.body(), status_code=error.status)


def _no_route(_request: Request, error: Exception) -> Response:
    """An unknown path is an HTML page; a known path with another method gets the JSON body (a guess)."""
    assert isinstance(error, HTTPException)
    if error.status_code == 404:
        return HTMLResponse(NOT_FOUND_PAGE, status_code=404)
    body = ApiError(error.status_code, error.detail).body()
    return JSONResponse(body, status_code=error.status_code, headers=error.headers)


def create_app(auth_mode: AuthMode = "session", faults: Sequence[Fault] = ()) -> ASGIApp:
    """The emulator with fresh state, changed by `faults`."""
    state = State(auth=auth_mode)
    by_path: dict[str, dict[str, Endpoint]] = {}
    for endpoint in ENDPOINTS:
        by_path.setdefault(endpoint.path, {})[endpoint.method] = endpoint
    routes = [Route(path, _answer(state, methods, faults), methods=list(methods)) for path, methods in by_path.items()]
    app = Starlette(routes=routes, exception_handlers={ApiError: _refuse, HTTPException: _no_route})
    app.router.redirect_slashes = False  # a redirect would hide a wrong path
    return Drift(app, faults) if faults else app
