//! A page in the browser, and what can be asked of it.

use std::fs;
use std::path::Path;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::browser::Browser;

/// How high the window is.
pub const HEIGHT: u32 = 800;

/// What a test asks of a page, in the page's own language.
const MEASURE: &str = include_str!("measure.js");

/// A dialog would wait for somebody to close it. A script that asks for one is noted instead.
const NOTES_DIALOGS: &str = "for (const kind of ['alert', 'confirm', 'prompt', 'print']) {
    window[kind] = (...words) => console.log(kind, ...words);
}";

/// A page that is shown.
pub struct Tab<'a> {
    browser: &'a mut Browser,
    target: String,
    session: String,
}

impl<'a> Tab<'a> {
    /// Opens a file, and waits until it is shown.
    pub fn open(browser: &'a mut Browser, file: &Path) -> Tab<'a> {
        let mut of_browser = |method, parameters, key| {
            text(&browser.call(None, method, parameters).expect("a page is opened"), key)
        };
        let blank = json!({"url": "about:blank"});
        let target = of_browser("Target.createTarget", blank, "targetId");
        let attach = json!({"targetId": target, "flatten": true});
        let session = of_browser("Target.attachToTarget", attach, "sessionId");
        let mut tab = Tab { browser, target, session };
        for domain in ["Page", "Network", "Runtime", "Log", "Accessibility"] {
            tab.call(&format!("{domain}.enable"), json!({}));
        }
        tab.call("Emulation.setFocusEmulationEnabled", json!({"enabled": true}));
        tab.call("Page.addScriptToEvaluateOnNewDocument", json!({"source": NOTES_DIALOGS}));
        tab.call("Page.setLifecycleEventsEnabled", json!({"enabled": true}));
        tab.width(800);
        tab.browser.forget(&tab.session);
        let url = url_of(file);
        let shown = tab.call("Page.navigate", json!({"url": url}));
        assert!(shown["errorText"].is_null(), "{url}: {}", shown["errorText"]);
        let is_loaded =
            |event: &Value| event["loaderId"] == shown["loaderId"] && event["name"] == "load";
        tab.browser.wait_for(&tab.session, "Page.lifecycleEvent", is_loaded);
        tab.evaluate::<Value>(MEASURE);
        tab
    }

    fn call(&mut self, method: &str, parameters: Value) -> Value {
        let called = self.browser.call(Some(&self.session), method, parameters);
        called.unwrap_or_else(|error| panic!("{error}"))
    }

    /// What an expression of the page comes to.
    ///
    /// # Panics
    /// When it throws, or comes to something else.
    pub fn evaluate<T: DeserializeOwned>(&mut self, expression: &str) -> T {
        let evaluate =
            json!({"expression": expression, "returnByValue": true, "awaitPromise": true});
        let mut result = self.call("Runtime.evaluate", evaluate);
        let thrown = &result["exceptionDetails"];
        assert!(thrown.is_null(), "{expression}: {thrown:#}");
        let value = result["result"]["value"].take();
        serde_json::from_value(value.clone())
            .unwrap_or_else(|error| panic!("{expression}: {error}: {value:#}"))
    }

    /// Makes the window this wide.
    pub fn width(&mut self, width: u32) {
        let metrics =
            json!({"width": width, "height": HEIGHT, "deviceScaleFactor": 1, "mobile": false});
        self.call("Emulation.setDeviceMetricsOverride", metrics);
    }

    /// Shows it as somebody wants it who likes a `light` or a `dark` screen; on `screen`, or as it is in `print`.
    pub fn show(&mut self, medium: &str, scheme: &str) {
        let features = json!([{"name": "prefers-color-scheme", "value": scheme}]);
        self.call("Emulation.setEmulatedMedia", json!({"media": medium, "features": features}));
    }

    /// Presses a key, such as Tab.
    pub fn press(&mut self, key: Key) {
        let (name, code, text) = match key {
            Key::Tab => ("Tab", 9, ""),
            Key::Enter => ("Enter", 13, "\r"),
            Key::Right => ("ArrowRight", 39, ""),
        };
        for kind in ["keyDown", "keyUp"] {
            let text = if kind == "keyDown" { text } else { "" };
            let mut key = json!({"type": kind, "key": name, "code": name, "text": text});
            key["windowsVirtualKeyCode"] = json!(code);
            self.call("Input.dispatchKeyEvent", key);
        }
    }

    /// All addresses that anything was asked of, since it was opened.
    pub fn requests(&self) -> Vec<String> {
        let sent = self.browser.events(&self.session, "Network.requestWillBeSent");
        sent.iter().map(|event| text(&event["request"], "url")).collect()
    }

    /// All that came of scripts: what was written to the console, errors, and what the page forbids.
    pub fn signs_of_scripts(&self) -> Vec<String> {
        let kinds = ["Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded"];
        let events = kinds.iter().flat_map(|kind| self.browser.events(&self.session, kind));
        events.map(|event| event.to_string()).collect()
    }

    /// What those are told who do not see it: each thing with its role and its name.
    pub fn told(&mut self) -> Vec<Told> {
        let tree = self.call("Accessibility.getFullAXTree", json!({}));
        let nodes = tree["nodes"].as_array().cloned().unwrap_or_default();
        let is_told = |node: &&Value| node["ignored"] != true;
        nodes.iter().filter(is_told).map(Told::of).collect()
    }

    /// Keeps a picture of the page, or of its beginning: there are no pictures of any height.
    ///
    /// # Errors
    /// When there is none to be had.
    pub fn keep_picture(&mut self, file: &Path) -> Result<(), String> {
        const HIGHEST: f64 = 8000.0;
        let root = "document.documentElement";
        let width: f64 = self.evaluate(&format!("{root}.clientWidth"));
        let height: f64 = self.evaluate(&format!("{root}.scrollHeight"));
        let clip =
            json!({"x": 0, "y": 0, "width": width, "height": height.min(HIGHEST), "scale": 1});
        let picture = json!({"captureBeyondViewport": true, "format": "png", "clip": clip});
        let picture = self.browser.call(Some(&self.session), "Page.captureScreenshot", picture)?;
        fs::write(file, bytes(&picture)).map_err(|error| error.to_string())
    }

    /// What a printer gets: a PDF.
    pub fn print(&mut self) -> Vec<u8> {
        bytes(&self.call("Page.printToPDF", json!({"printBackground": false})))
    }
}

impl Drop for Tab<'_> {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            let _ = self.browser.call(None, "Target.closeTarget", json!({"targetId": self.target}));
        }
        self.browser.forget(&self.session);
    }
}

/// A key.
#[derive(Clone, Copy, Debug)]
pub enum Key {
    /// Goes on to the next thing that takes the keyboard.
    Tab,
    /// Does what a click would do.
    Enter,
    /// Chooses the next one of several.
    Right,
}

/// Something on the page, for those who do not see it.
#[derive(Debug)]
pub struct Told {
    /// What it is: `image`, `link`.
    pub role: String,
    /// What it is called.
    pub name: String,
    /// Whether the keyboard can reach it.
    pub can_have_focus: bool,
}

impl Told {
    fn of(node: &Value) -> Told {
        let properties = node["properties"].as_array().map(Vec::as_slice).unwrap_or_default();
        let is_focusable = |property: &Value| property["name"] == "focusable";
        Told {
            role: text(&node["role"], "value"),
            name: text(&node["name"], "value").trim().to_string(),
            can_have_focus: properties.iter().any(is_focusable),
        }
    }
}

/// The address of a file.
fn url_of(file: &Path) -> String {
    const SPECIAL: &[(&str, &str)] = &[("%", "%25"), (" ", "%20"), ("#", "%23"), ("?", "%3F")];
    let path = file.display().to_string();
    let path = SPECIAL.iter().fold(path, |path, (from, to)| path.replace(from, to));
    format!("file://{path}")
}

/// A text in a value of the protocol; empty where there is none.
fn text(value: &Value, key: &str) -> String {
    value[key].as_str().unwrap_or_default().to_string()
}

/// The data that the protocol sends as text.
fn bytes(value: &Value) -> Vec<u8> {
    BASE64_STANDARD.decode(text(value, "data")).expect("data in base64")
}
