#![allow(dead_code, unreachable_pub)] // the macros make public types

use serde_json::{Value, json};

use super::{Patch, open_enum, open_union, received_object, request_object, request_union, wire_object};
use crate::model::Secret;

open_enum! {
    /// A test.
    pub enum Colour { Red = "red", DarkBlue = "dark-blue", }
}

received_object! {
    snake_case;

    /// A test.
    pub struct Point {
        required {
            /// A test.
            x: u32,
        }
        nullable {
            /// A test.
            y_axis: u32,
        }
        optional {
            /// A test.
            kind: Colour = "type",
        }
        lenient {
            /// A test.
            size: String,
        }
        ignored { token, }
    }
}

wire_object! {
    /// A test.
    pub struct Circle {
        required {
            /// A test.
            radius: u32,
        }
        optional {
            /// A test.
            line_colours: Vec<Colour>,
            /// A test.
            centre: Point,
        }
    }

    /// A test.
    pub struct Group {
        required {
            /// A test.
            shapes: Vec<Shape>,
        }
    }
}

open_union! {
    /// A test.
    pub enum Shape by "kind" { Circle(Circle) = "circle", Group(Group) = "group", }
}

request_object! {
    /// A test.
    pub struct Size {
        optional {
            /// A test.
            width: u32,
        }
    }

    /// A test.
    pub struct Draw {
        required {
            /// A test.
            api_key: Secret,
        }
        emptied {
            /// A test.
            title: String,
        }
        patch {
            /// A test.
            line_colour: Colour,
            /// A test.
            pass_word: Secret,
        }
        flatten {
            /// A test.
            size: Size,
        }
    }
}

impl Default for Size {
    fn default() -> Self {
        Self::new()
    }
}

request_union! {
    /// A test.
    pub enum Order by "do" { Draw(Draw) = "draw", }
}

fn point(text: &str) -> Result<Point, serde_json::Error> {
    serde_json::from_str(text)
}

#[test]
fn what_is_not_named_is_kept_wherever_it_stands() {
    let text = r#"{"a": {"x": [1]}, "x": 1, "na\u006de": null, "y_axis": 2, "b": 3.632860948069635e+233}"#;
    let point = point(text).expect("a point");
    assert_eq!((point.x, point.y_axis), (1, Some(2)));
    let extra = Value::Object(point.extra.0.clone());
    assert_eq!(extra, json!({"a": {"x": [1]}, "name": null, "b": 3.632860948069635e+233}));
    assert_eq!(serde_json::to_string(&extra["b"]).expect("json"), "3.632860948069635e+233");
    assert_eq!(serde_json::to_value(&point).expect("json"), serde_json::from_str::<Value>(text).expect("json"));
}

#[test]
fn an_escaped_name_is_known_all_the_same() {
    assert_eq!(point(r#"{"\u0078": 3}"#).expect("a point").x, 3);
}

#[test]
fn fields_are_known_in_any_order() {
    let orders = [r#"{"x": 1, "y_axis": 2, "type": "red"}"#, r#"{"type": "red", "y_axis": 2, "x": 1}"#];
    let [one, other] = orders.map(|text| point(text).expect(text));
    assert_eq!((&one, one.kind.as_ref(), one.y_axis), (&other, Some(&Colour::Red), Some(2)));
}

#[test]
fn what_is_no_such_object_is_refused() {
    for (text, fault) in [
        ("[1, 2]", "invalid type: sequence, expected struct Point"),
        ("{}", "missing field `x`"),
        (r#"{"y_axis": 1}"#, "missing field `x`"),
        (r#"{"x": null}"#, "invalid type: null, expected u32"),
        (r#"{"x": 1, "x": 2}"#, "duplicate field `x`"),
        (r#"{"x": 1, "z": }"#, "expected value"),
    ] {
        let error = point(text).expect_err(text).to_string();
        assert!(error.contains(fault), "{error}");
    }
}

#[test]
fn a_field_is_written_in_the_way_of_its_group() {
    let written = |text| serde_json::to_value(point(text).expect(text)).expect("json");
    assert_eq!(written(r#"{"x": 1}"#), json!({"x": 1, "y_axis": null}));
    assert_eq!(written(r#"{"x": 1, "y_axis": 2, "type": null}"#), json!({"x": 1, "y_axis": 2}));
    assert_eq!(written(r#"{"x": 1, "y_axis": 2, "token": "secret"}"#), json!({"x": 1, "y_axis": 2}));
}

#[test]
fn a_lenient_field_of_another_form_is_kept_until_it_is_set() {
    for value in [json!(7), json!(null), json!({"a": 1})] {
        let document = json!({"x": 1, "y_axis": 2, "size": value});
        let mut point: Point = serde_json::from_value(document.clone()).expect("a point");
        assert_eq!((&point.size, point.extra.get("size")), (&None, Some(&value)));
        assert_eq!(serde_json::to_value(&point).expect("json"), document);
        point.size = Some("big".to_owned());
        assert_eq!(serde_json::to_string(&point).expect("json"), r#"{"x":1,"y_axis":2,"size":"big"}"#);
    }
    assert_eq!(point(r#"{"x": 1, "size": "big"}"#).expect("a point").size.as_deref(), Some("big"));
}

#[test]
fn the_place_of_a_fault_is_known() {
    let mut json = serde_json::Deserializer::from_str(r#"{"z": 1, "x": "one"}"#);
    let error = serde_path_to_error::deserialize::<_, Point>(&mut json).expect_err("a text");
    assert_eq!(error.path().to_string(), "x");
}

#[test]
fn an_unknown_value_survives() {
    let read: Vec<Colour> = serde_json::from_value(json!(["dark-blue", "mauve", ""])).expect("colours");
    assert_eq!(read[0], Colour::DarkBlue);
    assert_eq!((read[1].as_str(), read[2].as_str()), ("mauve", ""));
    assert_eq!(serde_json::to_value(&read).expect("json"), json!(["dark-blue", "mauve", ""]));
}

#[test]
fn an_object_of_unknown_kind_survives() {
    for document in [
        json!({"kind": "circle", "radius": 2, "lineColours": ["red", "green"], "new": -1.5}),
        json!({"kind": "group", "shapes": [{"kind": "circle"}, {"kind": "square"}, {}]}),
        json!({"kind": "square", "side": {"a": [1]}}),
        json!({"side": 1}),
        json!({"kind": 7}),
    ] {
        let shape: Shape = serde_json::from_value(document.clone()).expect("a shape");
        let known = document["kind"] == "circle" || document["kind"] == "group";
        assert_eq!(matches!(shape, Shape::Circle(_) | Shape::Group(_)), known);
        assert_eq!(serde_json::to_value(&shape).expect("json"), document);
    }
}

#[test]
fn a_fault_in_a_known_object_names_its_place() {
    for (document, path) in [
        (json!({"kind": "circle", "radius": "big"}), "radius: invalid type: string \"big\", expected u32"),
        (json!({"kind": "circle", "lineColours": ["red", 7]}), "lineColours[1]: invalid type: integer `7`"),
        (json!({"kind": "circle", "lineColours": [null]}), "lineColours[0]: invalid type: null, expected a string"),
        (json!({"kind": "circle", "centre": {"x": -1}}), "centre.x: invalid value: integer `-1`"),
        (json!({"kind": "circle", "centre": {}}), "centre: missing field `x`"),
        (json!({"kind": "circle", "centre": 1}), "centre: invalid type: integer `1`, expected struct Point"),
        (
            json!({"kind": "group", "shapes": [{}, {"kind": "circle", "radius": 1.5}]}),
            "shapes[1]: radius: invalid type",
        ),
    ] {
        let error = serde_json::from_value::<Shape>(document).expect_err(path).to_string();
        assert!(error.starts_with(path), "{error}");
    }
}

#[test]
fn what_is_sent_is_written_with_its_secrets() {
    let draw = Draw::new("a-key").size(Size::new().width(2_u32)).pass_word(Patch::Clear).title(Patch::Clear);
    let written = json!({"apiKey": "a-key", "title": "", "passWord": null, "width": 2});
    assert_eq!(serde_json::to_value(&draw).expect("json"), written);
    assert!(!format!("{draw:?}").contains("a-key"));
    let order = Order::from(draw.line_colour(Colour::Red).pass_word(Secret::new("b-key")).title("Sky"));
    let written =
        json!({"do": "draw", "apiKey": "a-key", "title": "Sky", "passWord": "b-key", "lineColour": "red", "width": 2});
    assert_eq!(serde_json::to_value(&order).expect("json"), written);
}
