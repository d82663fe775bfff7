// Why a provider sent the browser back without access, in words. The codes are those of OAuth (RFC 6749, 4.1.2.1) and OpenID Connect.

const denied = 'The provider was not given leave to let Kalends in. Connect again and choose “Allow”; if a company runs the account, its administrator may have to allow Kalends first.';
const texts: Record<string, string> = {
  'access was not granted': denied,
  access_denied: denied,
  consent_required: 'An administrator of the account has to allow Kalends first.',
  interaction_required: 'The provider wants you to sign in there once more. Connect again.',
  login_required: 'The provider wants you to sign in there once more. Connect again.',
  invalid_scope: 'The provider does not give this Kalends access to calendars. Whoever runs it has to add that to its registration there.',
  unauthorized_client: 'The provider does not know this Kalends. Whoever runs it has to check the client id in its configuration.',
  temporarily_unavailable: 'The provider is too busy just now. Try again in a while.',
  server_error: 'Something went wrong at the provider. Try again in a while.',
};

/** What came back in the address, in words that say what to do: by the provider's code in brackets, else what the server says. */
export function refusalText(told: string): string {
  const code = /\((\w+)\)/.exec(told)?.[1] ?? told;
  return texts[code] ?? `Kalends says: “${told.slice(0, 300)}”`;
}
