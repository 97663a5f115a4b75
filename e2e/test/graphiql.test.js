// GraphiQL in a browser, as a newcomer opens it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { missing, open, shoot } from '../lib/browser.js'
import { crossing, demo } from '../lib/sluice.js'

test('GraphiQL answers a query over four subgraphs, and loads nothing from elsewhere', { skip: missing }, async (t) => {
  const { graphql } = await demo(t)
  const { page, problems, hosts } = await open(t, graphql)
  await page.locator('.graphiql-query-editor .CodeMirror').evaluate((editor, query) => editor.CodeMirror.setValue(query), crossing)
  await page.click('.graphiql-execute-button')
  const result = page.locator('.result-window')
  try {
    await result.getByText('shippingEstimate').first().waitFor({ timeout: 20_000 })
  } finally {
    await shoot(page, 'graphiql')
  }
  const text = await result.innerText()
  for (const word of ['latestReviews', 'author', 'product', 'price']) assert.match(text, new RegExp(word))
  assert.doesNotMatch(text, /"errors"/)
  assert.deepEqual(problems, [])
  assert.deepEqual([...hosts], [new URL(graphql).host])
})
