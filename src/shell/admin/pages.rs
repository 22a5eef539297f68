//! What is at which path.

use std::convert::Infallible;

use hyper::body::Incoming;
use hyper::header::{ACCEPT, ALLOW, CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use hyper::{HeaderMap, Method, Request, Response, StatusCode};

use super::health::{self, Verdict};
use super::plain;
use crate::shell::Handle;
use crate::shell::metrics;

const PLAIN_TEXT: &str = "text/plain; charset=utf-8";
/// What there is, in one line.
const INDEX: &str = "/metrics, /healthz and /readyz are here.";

/// Answers a request. Its body, if it has one, is not read.
pub(super) async fn respond(
    request: Request<Incoming>,
    server: &Handle,
) -> Result<Response<String>, Infallible> {
    let is_known = matches!(
        request.uri().path(),
        "/" | "/metrics" | "/healthz" | "/readyz"
    );
    if !is_known {
        let line = format!("there is no such page. {INDEX}");
        return Ok(page(StatusCode::NOT_FOUND, line));
    }
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        let line = "only GET and HEAD are understood here.".to_owned();
        let mut response = page(StatusCode::METHOD_NOT_ALLOWED, line);
        let allowed = HeaderValue::from_static("GET, HEAD");
        response.headers_mut().insert(ALLOW, allowed);
        return Ok(response);
    }
    Ok(match request.uri().path() {
        "/metrics" => figures(request.headers(), server),
        "/healthz" => verdict(health::alive(server).await),
        "/readyz" => verdict(health::ready(server).await),
        _ => page(StatusCode::OK, INDEX.to_owned()),
    })
}

fn verdict(verdict: Verdict) -> Response<String> {
    match verdict {
        Ok(said) => page(StatusCode::OK, said),
        Err(said) => page(StatusCode::SERVICE_UNAVAILABLE, said),
    }
}

/// In the format of OpenMetrics, unless somebody asks for the older one by name and
/// not for this.
fn figures(headers: &HeaderMap, server: &Handle) -> Response<String> {
    let text = server.metrics().encode();
    if plain::is_wanted(headers.get_all(ACCEPT)) {
        response(StatusCode::OK, plain::CONTENT_TYPE, plain::of(&text))
    } else {
        response(StatusCode::OK, metrics::CONTENT_TYPE, text)
    }
}

fn page(status: StatusCode, line: String) -> Response<String> {
    response(status, PLAIN_TEXT, line + "\n")
}

fn response(status: StatusCode, kind: &'static str, body: String) -> Response<String> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
