// The Inspector's page in a browser: connect, list the tools, call one.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { test } from 'node:test'
import { missing, open, shoot } from '../lib/browser.js'
import { crossing, demo, folder, freePort } from '../lib/sluice.js'

test("the Inspector's page connects, lists the tools and runs a query", { skip: missing }, async (t) => {
  const { mcp } = await demo(t)
  const { page } = await open(t, await inspector(t, mcp))
  await page.locator('.mantine-Switch-track').click()
  try {
    await page.getByText('Tools', { exact: true }).first().click()
    await page.getByText('Run a GraphQL query').first().click()
    await page.getByLabel('query').first().fill(crossing)
    await page.getByRole('button', { name: 'Execute Tool' }).click()
    await page.getByText('shippingEstimate').nth(1).waitFor({ timeout: 20_000 }) // the first is the query
    for (const tool of ['execute', 'introspect', 'search']) assert.ok(await page.getByText(tool, { exact: true }).count(), tool)
  } finally {
    await shoot(page, 'inspector')
  }
})

// inspector starts the Inspector for a server and returns the URL that it prints, with its token.
async function inspector(t, url) {
  const env = { ...process.env, HOME: await folder(t), CLIENT_PORT: await freePort(), MCP_AUTO_OPEN_ENABLED: 'false', MCP_INSPECTOR_SECRET_STORE: 'memory' }
  const child = spawn('mcp-inspector', ['--web', '--server-url', url, '--transport', 'http'], { env })
  t.after(() => child.kill())
  let text = ''
  for await (const chunk of child.stdout) {
    const found = /http:\/\/\S+API_TOKEN=\w+/.exec((text += chunk))
    if (found) return found[0]
  }
  throw new Error(`the Inspector ended:\n${text}`)
}
