from agm.models.meeting import AgendaItem, Meeting, Notice, NoticeDelivery

__all__ = ["AgendaItem", "Meeting", "Notice", "NoticeDelivery"]
