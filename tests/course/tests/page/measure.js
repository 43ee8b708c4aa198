// What the tests measure of a page. Each function that looks for something wrong returns it as a list of sentences.
globalThis.measure = (() => {
  const SKIPPED = ["SCRIPT", "STYLE", "TITLE", "NOSCRIPT", "TEMPLATE"];
  // A link past what stands above is there for the keyboard: it comes into sight with the focus.
  const isShown = (element) =>
    !element.closest(".skip:not(:focus)") &&
    element.checkVisibility({ contentVisibilityAuto: true, opacityProperty: true, visibilityProperty: true });

  // The part of a rectangle that what stands around it lets be seen.
  const cut = (rect, element) => {
    let { left, right, top, bottom } = rect;
    for (let around = element; around && around !== document.body; around = around.parentElement) {
      const style = getComputedStyle(around);
      if (style.clipPath !== "none") return null;
      const box = around.getBoundingClientRect();
      if (style.overflowX !== "visible") {
        left = Math.max(left, box.left);
        right = Math.min(right, box.right);
      }
      if (style.overflowY !== "visible") {
        top = Math.max(top, box.top);
        bottom = Math.min(bottom, box.bottom);
      }
      if (style.position === "fixed") break;
    }
    return right - left > 1 && bottom - top > 1 ? { left, right, top, bottom } : null;
  };

  // All that can be read: each text with its element, and the rectangles of its lines.
  const texts = (root = document.body) => {
    const found = [];
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const node = walker.currentNode;
      const element = node.parentElement;
      if (!node.data.trim() || SKIPPED.includes(element.tagName) || !isShown(element)) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      const rects = [...range.getClientRects()].map((rect) => cut(rect, element)).filter(Boolean);
      if (rects.length) found.push({ element, text: node.data.trim(), rects });
    }
    return found;
  };

  const short = (text) => JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
  const name = (element) => {
    const classes = [...element.classList].map((word) => `.${word}`).join("");
    return `<${element.tagName.toLowerCase()}${classes}> ${short(element.textContent.trim())}`;
  };

  // Colours, whatever notation they are computed in, as red, green, blue and opacity.
  const pixel = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const known = new Map();
  const rgba = (color) => {
    if (!known.has(color)) {
      pixel.clearRect(0, 0, 1, 1);
      pixel.fillStyle = color;
      pixel.fillRect(0, 0, 1, 1);
      const [red, green, blue, alpha] = pixel.getImageData(0, 0, 1, 1).data;
      known.set(color, [red, green, blue, alpha / 255]);
    }
    return [...known.get(color)];
  };
  const over = (front, back) => [0, 1, 2].map((i) => front[i] * front[3] + back[i] * (1 - front[3])).concat(1);
  // https://www.w3.org/TR/WCAG22/#dfn-relative-luminance
  const luminance = (color) => {
    const [red, green, blue] = color.slice(0, 3).map((value) => {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const contrast = (one, other) => {
    const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (light + 0.05) / (dark + 0.05);
  };

  // What is painted behind an element: the nearest grounds around it, down to one that is not seen through. The last one
  // is the window's own.
  const ground = (element) => {
    const layers = [];
    for (let around = element; around; around = around.parentElement) {
      const style = getComputedStyle(around);
      if (style.backgroundImage !== "none") throw new Error(`${name(around)} has a picture behind it`);
      layers.push(rgba(style.backgroundColor));
      if (layers.at(-1)[3] === 1) break;
    }
    if (layers.at(-1)[3] < 1) layers.push(windowsOwn());
    return layers.reduceRight((back, layer) => over(layer, back));
  };
  const windowsOwn = () => {
    const element = document.createElement("i");
    element.style.color = "Canvas";
    document.documentElement.append(element);
    const color = rgba(getComputedStyle(element).color);
    element.remove();
    return color;
  };
  const opacity = (element) => {
    let all = 1;
    for (let around = element; around; around = around.parentElement) all *= getComputedStyle(around).opacity;
    return all;
  };
  // How a colour stands out from what is behind the element.
  const standsOut = (color, element) => {
    const back = ground(element);
    const front = rgba(color);
    front[3] *= opacity(element);
    return contrast(over(front, back), back);
  };

  // https://www.w3.org/TR/WCAG22/#contrast-minimum, and #non-text-contrast for arrows and marks.
  const faint = () => {
    const wrong = new Set();
    const look = (element, pseudo, what) => {
      const style = getComputedStyle(element, pseudo);
      const size = parseFloat(style.fontSize);
      const needed = size >= 24 || (size >= 18.66 && style.fontWeight >= 700) ? 3 : 4.5;
      const ratio = standsOut(style.color, element);
      if (ratio < needed) wrong.add(`contrast ${ratio.toFixed(2)}, needed ${needed}: ${what}`);
    };
    texts().forEach(({ element, text }) => look(element, null, `${name(element)}: ${short(text)}`));
    for (const element of document.body.querySelectorAll("*")) {
      if (!isShown(element)) continue;
      for (const pseudo of ["::before", "::after"]) {
        const { content } = getComputedStyle(element, pseudo);
        if (/^"./.test(content)) look(element, pseudo, `${content} at ${name(element)}`);
      }
    }
    for (const arrow of document.querySelectorAll(".arrow, .failed .mark, .failure")) {
      const style = getComputedStyle(arrow);
      const ratio = standsOut(style.borderTopColor, arrow.parentElement);
      if (isShown(arrow) && ratio < 3) wrong.add(`contrast ${ratio.toFixed(2)}, needed 3: ${name(arrow)}`);
    }
    return [...wrong];
  };

  // What is wider than the box that shows it, where that can be scrolled to it (`auto`, `scroll`), or cannot.
  const wider = (overflows) =>
    [...document.body.querySelectorAll("*")]
      .filter((element) => isShown(element) && getComputedStyle(element).clipPath === "none")
      .filter((element) => overflows.includes(getComputedStyle(element).overflowX))
      .filter((element) => element.scrollWidth > element.clientWidth + 1)
      .map((element) => `cut off: ${name(element)}`);

  // Whether anything is wider than the page, stands outside of it, or is cut off.
  const overflowing = () => {
    const page = document.documentElement;
    const width = page.clientWidth;
    const wrong = [];
    if (page.scrollWidth > width) wrong.push(`the page is ${page.scrollWidth} px wide, in a window of ${width} px`);
    const isInScroller = (element) => {
      for (let around = element; around && around !== document.body; around = around.parentElement) {
        if (["auto", "scroll"].includes(getComputedStyle(around).overflowX)) return true;
      }
      return false;
    };
    for (const { element, text, rects } of texts()) {
      if (isInScroller(element)) continue;
      const rect = rects.find((rect) => rect.left < -0.5 || rect.right > width + 0.5);
      if (rect) wrong.push(`from ${rect.left} to ${rect.right} px, outside of the page: ${name(element)}: ${short(text)}`);
    }
    wrong.push(...wider(["hidden", "clip"]));
    return wrong;
  };

  // What is folded away in `details` of this kind.
  const folded = (selector) =>
    [...document.querySelectorAll(`${selector} > :not(summary)`)]
      .filter((element) => !isShown(element))
      .map((element) => `folded: ${name(element)}`);

  // Which texts, arrows and marks of a diagram lie upon each other, and where a lifeline runs through a text. A rectangle
  // is as high as the font asks, which is more than is drawn.
  const overlapping = () => {
    const wrong = [];
    for (const diagram of document.querySelectorAll(".diagram")) {
      const drawn = [...diagram.querySelectorAll(".arrow, .mark")].filter(isShown);
      const all = drawn.map((element) => ({ element, rects: [element.getBoundingClientRect()] }));
      const areas = [...texts(diagram), ...all].flatMap(({ element, rects }) =>
        rects.map(({ left, right, top, bottom }) => {
          const slack = (bottom - top) / 5;
          return { element, left: left + 1, right: right - 1, top: top + slack, bottom: bottom - slack };
        }),
      );
      areas.sort((one, other) => one.top - other.top);
      areas.forEach((one, index) => {
        for (let next = index + 1; next < areas.length && areas[next].top < one.bottom; next++) {
          const other = areas[next];
          const isApart = one.left >= other.right || other.left >= one.right;
          if (isApart || one.element.contains(other.element) || other.element.contains(one.element)) continue;
          wrong.push(`${name(one.element)} and ${name(other.element)} overlap`);
        }
      });
      const lines = [...diagram.querySelectorAll(".lifelines > *")].map((line) => line.getBoundingClientRect().left);
      for (const text of [...diagram.querySelectorAll("li p")].filter(isShown)) {
        const { left, right } = text.getBoundingClientRect();
        const isCrossed = lines.some((line) => left + 1 < line && line < right - 1);
        if (isCrossed && !text.closest(".failure") && !isSolid(text)) wrong.push(`a lifeline runs through ${name(text)}`);
      }
    }
    return wrong;
  };
  const isSolid = (element) => rgba(getComputedStyle(element).backgroundColor)[3] === 1 && opacity(element) === 1;

  // Which texts are covered by something else: what is seen in the middle of each line of a text. The page is scrolled so
  // that this is far from the window's edges, where something may stay on purpose.
  const covered = (selector) => {
    scrollTo({ top: 0, behavior: "instant" });
    const places = new Map();
    for (const root of document.querySelectorAll(selector)) {
      for (const { element, text, rects } of texts(root)) {
        for (const rect of rects) {
          const [x, y] = [(rect.left + rect.right) / 2, (rect.top + rect.bottom) / 2];
          const step = Math.round((y - innerHeight / 2) / 400);
          if (!places.has(step)) places.set(step, []);
          places.get(step).push({ element, text, x, y });
        }
      }
    }
    const wrong = new Set();
    for (const [step, points] of places) {
      scrollTo({ top: step * 400, behavior: "instant" });
      for (const { element, text, x, y } of points) {
        const seen = document.elementFromPoint(x, y - scrollY);
        if (seen && (element.contains(seen) || seen.contains(element))) continue;
        wrong.add(`${short(text)} is covered by ${seen ? name(seen) : "the window's edge"}`);
      }
    }
    scrollTo({ top: 0, behavior: "instant" });
    return [...wrong];
  };

  // What a diagram shows: the names of its actors, and its rows with their labels and arrows, as boxes in the page.
  const areaOf = (element) => {
    const { left, right, top, bottom } = element.getBoundingClientRect();
    return { left, right, top: top + scrollY, bottom: bottom + scrollY };
  };
  const areaIn = (root, selector) => {
    const element = root.querySelector(selector);
    return element && areaOf(element);
  };
  const readAs = (element) => texts(element).map(({ text }) => text).join(" ");
  // What is read aloud of an element.
  const aloud = (element) => {
    const copy = element.cloneNode(true);
    copy.querySelectorAll("[aria-hidden=true]").forEach((hidden) => hidden.remove());
    return copy.textContent.replace(/\s+/g, " ");
  };
  const diagram = (root) => ({
    width: document.documentElement.clientWidth,
    height: document.documentElement.scrollHeight,
    actors: [...root.querySelectorAll(".actors .actor")].map((actor) => ({ text: readAs(actor), area: areaOf(actor) })),
    lifelines: [...root.querySelectorAll(".lifelines > *")].map(areaOf),
    rows: [...root.querySelectorAll("li.row")].map((row) => ({
      text: readAs(row),
      aloud: aloud(row),
      label: areaIn(row, ".label, .failure, :scope > p"),
      arrow: areaIn(row, ".arrow"),
      pointsRight: row.querySelector(".arrow")?.classList.contains("right") ?? null,
      mark: areaIn(row, ".mark"),
    })),
  });
  const diagrams = (selector) => [...document.querySelectorAll(selector)].filter(isShown).map(diagram);

  // Which names of actors are out of sight somewhere while one scrolls through a diagram.
  const namesOutOfSight = (height) => {
    const wrong = [];
    let scrolled = 0;
    for (const root of document.querySelectorAll(".diagram")) {
      const body = root.querySelector(".body");
      if (!isShown(root) || body.getBoundingClientRect().height < height) continue;
      scrolled += 1;
      const { top, bottom } = areaOf(body);
      for (let place = top + 1; place < bottom - height; place += height / 3) {
        scrollTo({ top: place, behavior: "instant" });
        for (const actor of root.querySelectorAll(".actors .actor")) {
          const box = actor.getBoundingClientRect();
          const isIn = box.top >= 0 && box.bottom <= height && box.height > 0;
          const onTop = document.elementFromPoint((box.left + box.right) / 2, (box.top + box.bottom) / 2);
          if (!isIn || !actor.contains(onTop)) wrong.push(`at ${Math.round(place)} px, ${name(actor)} is out of sight`);
          else if (!isSolid(root.querySelector(".actors"))) wrong.push("the names are seen through");
        }
      }
    }
    scrollTo({ top: 0, behavior: "instant" });
    if (!scrolled) wrong.push("no diagram is higher than the window");
    return wrong;
  };

  // What makes a page hard to find one's way in.
  const structure = () => {
    const wrong = [];
    if (!document.documentElement.lang) wrong.push("the page does not say in which language it is");
    if (!document.title.trim()) wrong.push("the page has no title");
    let level = 0;
    for (const heading of document.querySelectorAll("h1, h2, h3, h4, h5, h6")) {
      const next = Number(heading.tagName[1]);
      if (next > level + 1) wrong.push(`after a heading of level ${level}: ${name(heading)}`);
      if (!heading.textContent.trim()) wrong.push(`an empty heading of level ${next}`);
      level = next;
    }
    const count = (selector) => document.querySelectorAll(selector).length;
    for (const one of ["h1", "main", "body > header", "body > footer"]) {
      if (count(one) !== 1) wrong.push(`there are ${count(one)} of ${one}`);
    }
    const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
    ids.filter((id, index) => ids.indexOf(id) !== index).forEach((id) => wrong.push(`the id ${id} is there twice`));
    for (const link of document.querySelectorAll("a[href^='#']")) {
      if (!ids.includes(decodeURIComponent(link.hash.slice(1)))) wrong.push(`${name(link)} leads nowhere`);
    }
    for (const attribute of ["aria-labelledby", "aria-describedby", "aria-controls"]) {
      for (const element of document.querySelectorAll(`[${attribute}]`)) {
        const missing = element.getAttribute(attribute).split(/\s+/).find((id) => !ids.includes(id));
        if (missing) wrong.push(`${name(element)}: there is no ${missing}`);
      }
    }
    for (const stop of document.querySelectorAll("[tabindex='0']")) {
      if (!stop.getAttribute("role") || !stop.getAttribute("aria-label")) wrong.push(`does not say what it is: ${name(stop)}`);
    }
    return wrong;
  };

  // What the Tab key must reach, in this order; and where it is now, and whether that can be seen.
  const stops = () => {
    const all = document.querySelectorAll("a[href], summary, button, input, select, textarea, [tabindex='0']");
    return [...all].filter((stop) => isShown(stop) || stop.matches(".skip"));
  };
  const stop = () => {
    const element = document.activeElement;
    if (!element || element === document.body) return null;
    const style = getComputedStyle(element);
    const box = element.getBoundingClientRect();
    const width = parseFloat(style.outlineWidth);
    const isMarked = style.outlineStyle !== "none" && width >= 1 && standsOut(style.outlineColor, element.parentElement) >= 3;
    const isInWindow = box.right > 0 && box.left < innerWidth && box.bottom > 0 && box.top < innerHeight;
    const isInSight = box.width > 1 && box.height > 1 && isInWindow;
    const seen = document.elementFromPoint((box.left + box.right) / 2, box.top + Math.min(box.height, innerHeight - box.top) / 2);
    return {
      number: stops().indexOf(element),
      name: name(element),
      href: element.getAttribute("href"),
      isMarked,
      isInSight: isInSight && !!seen && (element.contains(seen) || seen.contains(element)),
    };
  };

  // All that could run a script, or ask for something outside of the page.
  const outward = () => {
    const active = "script, iframe, object, embed, base, form, img, video, audio, meta[http-equiv=refresh]";
    const wrong = [...document.querySelectorAll(active)].map(name);
    for (const element of document.querySelectorAll("*")) {
      for (const { name: key, value } of element.attributes) {
        const isLink = ["src", "href", "srcset", "action", "data", "xlink:href"].includes(key);
        if (key.startsWith("on")) wrong.push(`${name(element)}: ${key}`);
        if (isLink && !/^(#|data:,|data:image\/)/.test(value)) wrong.push(`${name(element)}: ${key}=${short(value)}`);
        if (key === "style" && /url|@import/i.test(value)) wrong.push(`${name(element)}: ${key}=${short(value)}`);
      }
    }
    for (const style of document.querySelectorAll("style")) {
      if (/url\(|@import/i.test(style.textContent)) wrong.push("the style sheet asks for something");
    }
    return wrong;
  };

  // Characters that cannot be seen, or that turn the direction of others.
  const unseen = () => {
    const found = document.documentElement.textContent.match(/[^\P{C}\n\t]|[\u2028\u2029]/gu) ?? [];
    return [...new Set(found)].map((character) => `U+${character.codePointAt(0).toString(16)}`);
  };

  return {
    covered, diagrams, faint, folded, namesOutOfSight, outward, overflowing, overlapping, stop, structure, texts, unseen,
    edge: (element) => standsOut(getComputedStyle(element).borderTopColor, element.parentElement),
    brightness: () => luminance(ground(document.body)),
    scrolled: () => wider(["auto", "scroll"]),
    stops: () => stops().map(name),
    read: (selector) => [...document.querySelectorAll(selector)].map(readAs),
  };
})();
0;
