"""What each problem means, at the address that its `type` names."""

from html import escape

from litestar import Controller
from litestar.params import FromPath

from ecommerce.domain.shared.kernel import NotFound
from ecommerce.entrypoints.http.html import page
from ecommerce.entrypoints.http.operation import PUBLIC
from ecommerce.entrypoints.http.problem_catalog import PROBLEMS
from ecommerce.entrypoints.http.replies import RawReply
from ecommerce.entrypoints.http.routing import get


class ProblemController(Controller):
    path = "/problems"

    @get("/{code:str}", policy=PUBLIC, produces="text/html")
    async def show(self, code: FromPath[str]) -> RawReply:
        """Explain one problem to a reader."""
        problem = PROBLEMS.get(code)
        if problem is None:
            raise NotFound("there is no such problem")
        title = escape(problem.title)
        return page(
            title,
            f"<h1>{title}</h1><p><code>{code}</code>, HTTP {problem.status}</p>"
            f"<p>{escape(problem.explanation)}</p>",
        )
