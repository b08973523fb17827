//! To come.
pub(crate) fn run(_args: &[String]) -> Result<(), String> {
    Ok(())
}
