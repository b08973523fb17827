//! A static file server on loopback.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;
use std::thread::JoinHandle;

use axum::Router;
use axum::http::{HeaderValue, header};
use tower_http::services::ServeDir;
use tower_http::set_header::SetResponseHeaderLayer;

use crate::{Result, command};

/// Which compressed forms are offered.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    /// Brotli and gzip, as the browser prefers.
    Best,
    /// Gzip alone, as most static hosts do.
    Gzip,
}

/// A server that runs until the program ends.
pub(crate) struct Server {
    address: SocketAddr,
    thread: JoinHandle<std::io::Result<()>>,
}

/// Serves a folder on the first free port from `port` on; 0 is any.
pub(crate) fn start(folder: &Path, port: u16, encoding: Encoding) -> Result<Server> {
    let listener = bind(port)?;
    let address = listener.local_addr().map_err(command::text)?;
    let mut files = ServeDir::new(folder).precompressed_gzip();
    if encoding == Encoding::Best {
        files = files.precompressed_br();
    }
    let always = |name, value| SetResponseHeaderLayer::overriding(name, HeaderValue::from_static(value));
    let app = Router::new()
        .fallback_service(files)
        .layer(always(header::CACHE_CONTROL, "no-cache"))
        // A page in `<iframe sandbox="allow-scripts">` has no origin, so its modules and its WASM need this.
        .layer(always(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"));
    let thread = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
        runtime.block_on(async { axum::serve(tokio::net::TcpListener::from_std(listener)?, app).await })
    });
    Ok(Server { address, thread })
}

impl Server {
    /// The address of the page.
    pub(crate) fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// Serves until the program is interrupted.
    pub(crate) fn wait(self) -> Result {
        match self.thread.join() {
            Ok(end) => end.map_err(command::text),
            Err(_) => Err("the server stopped".into()),
        }
    }
}

fn bind(port: u16) -> Result<TcpListener> {
    let last = if port == 0 { 0 } else { port.saturating_add(50) };
    let listener = (port..=last)
        .find_map(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, port)).ok())
        .ok_or_else(|| format!("no port from {port} to {last} is free: choose one with --port"))?;
    listener.set_nonblocking(true).map_err(command::text)?;
    Ok(listener)
}
