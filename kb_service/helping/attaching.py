"""What is sent with a message: found to be a picture or sound, and freed of what tells where it was made."""

from collections.abc import Callable

from kb_service.domain.attachments import AttachedFile, AttachmentKind, is_picture, sound_type, without_places
from kb_service.domain.causes import Cause
from kb_service.domain.errors import AttachmentRefused, AttachmentTooLarge, PictureRefused

_MEGABYTE = 2**20
# What is told of a picture with a question as reading its words.
_CAUSES = {
    "pictures_busy": Cause("attachments_busy"),
    "picture_takes_too_long": Cause("attachment_too_hard"),
    "picture_takes_too_much": Cause("attachment_too_hard"),
}


def attached_file(content: bytes, *, clean: Callable[[bytes], bytes], most_mb: int) -> AttachedFile:
    """``clean``: makes a picture anew, as PNG or JPEG; raises PictureRefused. Raises AttachmentTooLarge and
    AttachmentRefused."""
    require_size(len(content), most_mb)
    if is_picture(content):
        made = _cleaned(content, clean)
        require_size(len(made), most_mb)
        media_type = "image/png" if made.startswith(b"\x89PNG") else "image/jpeg"
        return AttachedFile(AttachmentKind.PICTURE, media_type, made)
    found = sound_type(content)
    if found is None:
        raise AttachmentRefused(
            "neither a picture (PNG, JPEG, WebP) nor recorded sound (WebM or Ogg with Opus, MP4, MP3, WAV)",
            Cause("attachment_of_other_kind"),
        )
    return AttachedFile(AttachmentKind.SOUND, found, without_places(content))


def require_size(size: int, most_mb: int) -> None:
    """Raises AttachmentTooLarge."""
    if size > most_mb * _MEGABYTE:
        raise AttachmentTooLarge(
            f"an attachment may have {most_mb} MB; make it smaller or shorter",
            Cause("attachment_too_large", {"limit": most_mb}),
        )


def _cleaned(content: bytes, clean: Callable[[bytes], bytes]) -> bytes:
    try:
        return clean(content)
    except PictureRefused as error:
        raise AttachmentRefused(str(error), _CAUSES.get(error.cause.name, error.cause)) from error
