// A person at a browser: opens a page, fills in the forms that come, agrees to everything, and ends where that leads.

// visit returns the URL of the first redirect to a place that stop accepts, without opening it.
export async function visit(url, stop) {
  const cookies = new Map()
  let request = { url: String(url) }
  for (let step = 0; step < 20; step++) {
    if (stop(request.url)) return request.url
    const response = await fetch(request.url, { ...request, redirect: 'manual', headers: { cookie: [...cookies].map((c) => c.join('=')).join('; ') } })
    for (const line of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)
      if (value) cookies.set(name, value)
      else cookies.delete(name)
    }
    const location = response.headers.get('location')
    const page = await response.text()
    request = location ? { url: new URL(location, request.url).href } : submit(page, request.url)
  }
  throw new Error(`no end in sight at ${request.url}`)
}

// submit is the request that the page's form makes, with the last button pressed.
function submit(page, base) {
  const [, form] = /<form[^>]*>[^]*?<\/form>/.exec(page)?.[0].match(/^<form([^>]*)>/) ?? []
  if (form === undefined) throw new Error(`no form on the page at ${base}:\n${page}`)
  const fields = new URLSearchParams()
  let button
  for (const [tag, kind] of page.matchAll(/<(input|select|option|button)\b[^>]*>/g)) {
    const attribute = (name) => new RegExp(`\\b${name}="([^"]*)"`).exec(tag)?.[1]
    if (kind === 'input' && attribute('name')) fields.set(attribute('name'), attribute('value') ?? 'ada')
    if (kind === 'select') fields.set(attribute('name'), '')
    if (kind === 'option' && [...fields.values()].includes('')) fields.set([...fields].find(([, v]) => v === '')[0], attribute('value'))
    if (kind === 'button' && attribute('name')) button = [attribute('name'), attribute('value')]
  }
  if (button) fields.set(...button)
  return { url: new URL(/action="([^"]*)"/.exec(form)?.[1] ?? base, base).href, method: 'POST', body: fields }
}
