"""What the scripts that use msgraph-sdk share: the client, and refusals as its exceptions show them."""

import dataclasses

from kiota_abstractions.authentication import (
    AccessTokenProvider,
    AllowedHostsValidator,
    BaseBearerTokenAuthenticationProvider,
)
from kiota_abstractions.base_request_configuration import RequestConfiguration
from kiota_abstractions.headers_collection import HeadersCollection
from msgraph import GraphRequestAdapter, GraphServiceClient
from msgraph.generated.models.o_data_errors.o_data_error import ODataError

from support import Checks

check = Checks()


class Token(AccessTokenProvider):
    def __init__(self, token):
        self.token, self.hosts = token, AllowedHostsValidator([])

    async def get_authorization_token(self, uri, additional_authentication_context={}):
        return self.token

    def get_allowed_hosts_validator(self):
        return self.hosts


def root_of(sandbox):
    return sandbox["microsoft"]["root"] + "v1.0"


def service_of(sandbox, token):
    adapter = GraphRequestAdapter(BaseBearerTokenAuthenticationProvider(Token(token)))
    client = GraphServiceClient(request_adapter=adapter)
    adapter.base_url = root_of(sandbox)
    return client


class Named:
    """The names of query parameters on the wire."""

    def get_query_parameter(self, name):
        plain = {"start_date_time": "startDateTime", "end_date_time": "endDateTime"}
        return plain.get(name, "%24" + name)


def asking(prefer=None, headers=None, **parameters):
    named = dataclasses.make_dataclass("Parameters", parameters, bases=(Named,))
    config = RequestConfiguration(query_parameters=named(**parameters) if parameters else None)
    config.headers = HeadersCollection()
    for value in [prefer] if isinstance(prefer, str) else prefer or []:
        config.headers.add("Prefer", value)
    for name, value in (headers or {}).items():
        config.headers.add(name, value)
    return config


async def refused(what, awaitable, status, code):
    try:
        answer = await awaitable
    except ODataError as error:
        check.same(what, (error.response_status_code, error.error and error.error.code), (status, code))
        check(f"{what}: message", error.error and error.error.message, error)
        inner = error.error and error.error.inner_error
        check(f"{what}: innerError", inner and inner.request_id and inner.date, inner)
    else:
        check(what, False, f"not refused: {answer!r}")
