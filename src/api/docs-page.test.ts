import { expect, test } from "bun:test";
import { renderDocs } from "./docs-page.ts";

test("every text of the document is escaped", () => {
  const evil = `"><script>alert('&')</script>`;
  const document = {
    info: { title: evil, version: evil, description: evil },
    paths: {
      [`/${evil}`]: {
        get: {
          tags: [evil],
          summary: evil,
          description: evil,
          "x-role": evil,
          parameters: [{ name: evil, in: evil, description: evil, schema: { enum: [evil], default: evil } }],
          requestBody: { content: { [evil]: { schema: { $ref: `#/${evil}` } } } },
          responses: { [evil]: { description: evil } },
        },
      },
    },
    components: {
      schemas: { [evil]: { description: evil, properties: { [evil]: { type: evil, description: evil } } } },
    },
  };
  const html = renderDocs(document, evil);
  expect(html).not.toContain("<script");
  expect(html).not.toContain(`"><`.repeat(2));
  expect(html).toContain("&lt;script&gt;alert(&#39;&amp;&#39;)&lt;/script&gt;");
});

test("an empty document is a page", () => {
  expect(renderDocs({ info: { title: "t", version: "1" } }, "/api")).toContain("<h1>t API 1</h1>");
});
