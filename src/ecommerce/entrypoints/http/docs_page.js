"use strict";
const $ = (tag, attributes = {}, ...children) => {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value !== undefined && value !== false) node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
};
const pretty = (value) => JSON.stringify(value, null, 2);
const METHODS = ["get", "post", "put", "patch", "delete"];

// What a reader types once and every call sends along. Kept for this tab only.
const CREDENTIALS = ["Authorization", "X-Cart-Token", "X-Order-Token"];
const kept = (name) => sessionStorage.getItem(name) || "";

const credentials = () =>
  $("details", { class: "credentials" }, $("summary", {}, "Credentials"), ...CREDENTIALS.map((name) =>
    $("label", {}, name, $("input", {
      value: kept(name),
      placeholder: name === "Authorization" ? "Bearer ..." : "",
      onchange: (event) => sessionStorage.setItem(name, event.target.value),
    }))));

const shape = (schema, components, depth = 0) => {
  if (!schema || depth > 8) return "any";
  if (schema.$ref) return shape(components[schema.$ref.split("/").pop()], components, depth + 1);
  if (schema.anyOf) return schema.anyOf.map((each) => shape(each, components, depth + 1)).join(" or ");
  if (schema.enum) return schema.enum.map((each) => JSON.stringify(each)).join(" or ");
  if (schema.type === "array") return `[${shape(schema.items, components, depth + 1)}]`;
  if (schema.type === "object" && schema.properties) {
    const inner = Object.entries(schema.properties).map(([name, each]) => {
      const mark = (schema.required || []).includes(name) ? "" : "?";
      return `${"  ".repeat(depth + 1)}${name}${mark}: ${shape(each, components, depth + 1)}`;
    });
    return `{\n${inner.join("\n")}\n${"  ".repeat(depth)}}`;
  }
  const limits = [["minimum", ">="], ["maximum", "<="], ["minLength", "length >="], ["maxLength", "length <="]]
    .filter(([key]) => schema[key] !== undefined).map(([key, sign]) => `${sign} ${schema[key]}`);
  return [schema.format || schema.type || "any", ...limits].join(", ");
};

const request = async (method, path, operation, fields, body, output) => {
  const query = new URLSearchParams();
  const headers = {};
  for (const name of CREDENTIALS) if (kept(name)) headers[name] = kept(name);
  for (const { parameter, input } of fields) {
    if (input.value === "") continue;
    if (parameter.in === "path") path = path.replace(`{${parameter.name}}`, encodeURIComponent(input.value));
    else if (parameter.in === "query") {
      const many = parameter.schema.type === "array";
      for (const value of many ? input.value.split(",") : [input.value]) query.append(parameter.name, value);
    } else headers[parameter.name] = input.value;
  }
  if (body) headers["Content-Type"] = "application/json";
  const url = path + (query.size ? `?${query}` : "");
  const began = performance.now();
  const answer = await fetch(url, { method: method.toUpperCase(), headers, body: body ? body.value : undefined });
  const text = await answer.text();
  const token = answer.headers.get("X-Cart-Token");
  if (token) sessionStorage.setItem("X-Cart-Token", token);
  let shown = text;
  try { shown = pretty(JSON.parse(text)); } catch { /* not JSON: shown as it is */ }
  const took = Math.round(performance.now() - began);
  const told = [...answer.headers].map(([name, value]) => `${name}: ${value}`).join("\n");
  output.textContent = `${method.toUpperCase()} ${url}\n${answer.status} ${answer.statusText}, ${took} ms\n\n${told}\n\n${shown}`;
};

const tryIt = (method, path, operation) => {
  const fields = (operation.parameters || []).filter((each) => !CREDENTIALS.includes(each.name))
    .map((parameter) => ({
      parameter,
      input: $("input", { placeholder: parameter.in, value: parameter.in === "path" ? String(parameter.example) : "" }),
    }));
  const media = operation.requestBody && operation.requestBody.content["application/json"];
  const body = media ? $("textarea", { rows: 10 }) : null;
  if (body) body.value = pretty(media.example);
  const output = $("pre", { class: "answer" });
  const send = () => request(method, path, operation, fields, body, output)
    .catch((error) => { output.textContent = String(error); });
  return $("div", { class: "try" },
    ...fields.map(({ parameter, input }) =>
      $("label", {}, parameter.name + (parameter.required ? " *" : ""), input)),
    body, $("button", { onclick: send }, "Send"), output);
};

const show = (method, path, operation, components) => {
  const details = $("details", { class: "operation", id: operation.operationId },
    $("summary", {}, $("code", { class: method }, method.toUpperCase()), " ", $("code", {}, path), " ",
      $("span", {}, operation.summary)));
  details.addEventListener("toggle", () => {
    if (!details.open || details.dataset.filled) return;
    details.dataset.filled = "yes";
    details.append(...(operation.description || "").split(/\n\n+/).filter(Boolean).map((text) => $("p", {}, text)));
    const media = operation.requestBody && Object.values(operation.requestBody.content)[0];
    if (media) details.append($("h4", {}, "Body"), $("pre", {}, shape(media.schema, components)));
    details.append($("h4", {}, "Answers"), $("table", {}, ...Object.entries(operation.responses).map(
      ([status, response]) => $("tr", {}, $("td", {}, status), $("td", {}, response.description.replaceAll("`", ""))))));
    const success = Object.entries(operation.responses).find(([status]) => status < "300");
    const example = success && success[1].content && Object.values(success[1].content)[0].example;
    if (example !== undefined) details.append($("pre", {}, pretty(example)));
    details.append($("h4", {}, "Try it"), tryIt(method, path, operation));
  });
  return details;
};

const render = (api) => {
  const byTag = new Map(api.tags.map(({ name }) => [name, []]));
  for (const [path, methods] of Object.entries(api.paths))
    for (const method of METHODS)
      if (methods[method]) byTag.get(methods[method].tags[0]).push([method, path, methods[method]]);
  const operations = [];
  const sections = [...byTag].map(([tag, listed]) => $("section", {}, $("h2", {}, tag), ...listed.map((each) => {
    const node = show(...each, api.components.schemas);
    operations.push([`${each[0]} ${each[1]} ${each[2].summary}`.toLowerCase(), node]);
    return node;
  })));
  const filter = $("input", {
    placeholder: "Filter", "aria-label": "Filter",
    oninput: ({ target }) => operations.forEach(([text, node]) => { node.hidden = !text.includes(target.value.toLowerCase()); }),
  });
  document.getElementById("api").replaceChildren($("p", {}, api.info.description), credentials(), filter, ...sections);
  const linked = document.getElementById(location.hash.slice(1));
  if (linked) { linked.open = true; linked.scrollIntoView(); }
};

fetch("/api/schema").then((answer) => answer.json()).then(render)
  .catch((error) => { document.getElementById("api").textContent = String(error); });
