"""The head of the audit log's chain, told to the log stream: whoever cuts the table must cut that, too."""

import structlog
from dishka import AsyncContainer

from ecommerce.application.audit.ports import AuditChain

log = structlog.get_logger()


async def publish_head(container: AsyncContainer) -> None:
    chain = await container.get(AuditChain)
    log.info("audit.head", head=str(await chain.head()))
