//! Pictures as URLs; one in base64 is a data URL.

use crate::chat::ImageSource;

/// A picture's place; a data URL in base64 is the picture itself.
pub(in crate::dialect) fn read(url: &str) -> ImageSource {
    let inline = url.strip_prefix("data:").and_then(|rest| rest.split_once(";base64,"));
    match inline {
        Some((media_type, data)) => {
            ImageSource::Base64 { media_type: media_type.to_owned(), data: data.to_owned() }
        }
        None => ImageSource::Url(url.to_owned()),
    }
}

/// The URL of a picture.
pub(in crate::dialect) fn write(source: &ImageSource) -> String {
    match source {
        ImageSource::Url(url) => url.clone(),
        ImageSource::Base64 { media_type, data } => format!("data:{media_type};base64,{data}"),
    }
}
