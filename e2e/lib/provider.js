// An authorization server that is not ours: the npm package oidc-provider, with accounts that log themselves in.
import { once } from 'node:events'
import { Provider } from 'oidc-provider'
import { redirectUrl } from './oauth.js'

console.warn = console.info = () => {} // it warns of defaults that production should not have

// document is the metadata of a client that needs no registration: its URL is its id.
export const document = {
  client_id: 'https://sluice-e2e.example/client.json',
  client_name: 'sluice-e2e',
  redirect_uris: [redirectUrl],
  grant_types: ['authorization_code'],
  response_types: ['code'],
  token_endpoint_auth_method: 'none',
}

// provider starts one for a protected resource and returns its issuer. It ends with the test. Clients register themselves, or
// with documents are known by a client metadata document.
//
// It deviates from the package's defaults where clients need it: a client is registered without scopes, because the scope that
// it registers with would bound what it can ask for later; and it gets no refresh token, because the SDK v1 tries to widen
// scopes by refreshing.
export async function provider(t, port, resource, { scopes, documents = false }) {
  const issuer = `http://localhost:${port}`
  const oidc = new Provider(issuer, {
    scopes,
    clients: [{ client_id: 'service', client_secret: 'service-secret', grant_types: ['client_credentials'], response_types: [], redirect_uris: [] }],
    features: {
      registration: { enabled: !documents },
      clientIdMetadataDocument: { enabled: documents, ack: 'draft-02' },
      clientCredentials: { enabled: true },
      devInteractions: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => undefined,
        useGrantedResource: () => true,
        getResourceServerInfo: (_, indicator) => {
          if (![resource, `${resource}/`].includes(indicator)) throw new Error(`unknown resource ${indicator}`)
          return { audience: resource, scope: scopes.join(' '), accessTokenFormat: 'jwt', accessTokenTTL: 600 }
        },
      },
    },
    fetch: async (url) => (String(url) === document.client_id ? Response.json(document) : Response.error()),
    clientBasedCORS: () => true,
    issueRefreshToken: () => false,
    findAccount: (_, sub) => ({ accountId: sub, claims: () => ({ sub }) }),
  })
  oidc.use(async (ctx, next) => {
    if (ctx.path === '/reg' && ctx.method === 'POST') {
      const { scope, ...client } = JSON.parse(await text(ctx.req))
      ctx.req.body = client
    }
    await next()
  })
  const server = oidc.listen(port, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close().closeAllConnections())
  return issuer
}

async function text(stream) {
  let all = ''
  for await (const chunk of stream) all += chunk
  return all
}

// serviceToken is an access token by client credentials.
export async function serviceToken(issuer, resource, scope) {
  const response = await fetch(`${issuer}/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa('service:service-secret')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials', ...(resource && { resource }), scope }),
  })
  const body = await response.json()
  if (!body.access_token) throw new Error(`no token: ${JSON.stringify(body)}`)
  return body.access_token
}
