"""Working on the notebook in JupyterLab: answer, run the check cell, read what it says."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from playwright.sync_api import Locator, Page, expect

from autograder import specs
from autograder.notebooks import answer_source

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SPEC = specs.load("conv1d")


@pytest.fixture(scope="module")
def lab_url(site: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """JupyterLab on the kit that the site offers, without its look for news and updates elsewhere.

    And without its debugger, which logs an error if a busy machine is slow to answer it.
    """
    folder = tmp_path_factory.mktemp("lab")
    shutil.unpack_archive(site / "downloads" / "unrolled-kit.zip", folder)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    options = [f"--ServerApp.port={port}", "--IdentityProvider.token=", "--allow-root", "--no-browser"]
    options += ["--LabApp.news_url=", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"]
    settings = folder / "settings" / "@jupyterlab" / "apputils-extension"
    settings.mkdir(parents=True)
    (settings / "notification.jupyterlab-settings").write_text('{"fetchNews": "false", "checkForUpdates": false}')
    (folder / "config" / "labconfig").mkdir(parents=True)
    disabled = '{"disabledExtensions": {"@jupyterlab/debugger-extension": true}}'
    (folder / "config" / "labconfig" / "page_config.json").write_text(disabled)
    environment = os.environ | {"JUPYTER_CONFIG_DIR": str(folder / "config")}
    options += [f"--LabApp.user_settings_dir={folder / 'settings'}", f"--LabApp.workspaces_dir={folder / 'workspaces'}"]
    program = Path(sys.executable).with_name("jupyter-lab")
    kit_folder, quiet = folder / "unrolled-kit", subprocess.DEVNULL
    with subprocess.Popen([program, *options], cwd=kit_folder, env=environment, stderr=quiet) as server:
        url = f"http://127.0.0.1:{port}"
        for _ in range(300):
            try:
                urlopen(f"{url}/api").close()
                break
            except URLError:
                time.sleep(0.1)
        yield url
        server.terminate()


def cell(page: Page, text: str) -> Locator:
    return page.locator(".jp-CodeCell", has_text=text).first


def run(page: Page, one: Locator) -> None:
    """Run a cell, and wait until it has run: JupyterLab forgets keys that come while it still builds the page."""
    prompt = one.locator(".jp-InputArea-prompt").first
    before = prompt.inner_text()
    for _ in range(5):
        one.locator(".cm-content").click()
        page.keyboard.press("Control+Enter")
        try:
            expect(prompt).to_have_text(re.compile(r"\[\d+\]"), timeout=10_000)
            expect(prompt).not_to_have_text(before, timeout=10_000)
        except AssertionError:
            continue
        return
    raise AssertionError("the cell did not run")


def answer(page: Page, one: Locator, source: str) -> None:
    one.locator(".cm-content").click()
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(source)
    run(page, one)


def test_a_check_cell_says_what_is_wrong_and_then_that_it_is_right(page: Page, lab_url: str) -> None:
    question = SPEC.question("by_hand")
    page.set_viewport_size({"width": 1200, "height": 1400})
    # On a busy machine JupyterLab may ask something first, such as which kernel to take; people accept what it offers.
    page.add_locator_handler(page.locator(".jp-Dialog"), lambda dialog: dialog.locator("button.jp-mod-accept").click())
    page.goto(f"{lab_url}/lab/tree/conv1d.ipynb")
    expect(page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]")).to_be_visible(timeout=60_000)
    run(page, cell(page, "import numpy as np"))
    check = cell(page, 'check("conv1d.by_hand")')

    run(page, check)
    expect(check).to_contain_text("by_hand is not defined", timeout=30_000)

    page.locator(".jp-CodeCell", has_text="by_hand = None").first.scroll_into_view_if_needed()
    stub = page.locator(".jp-CodeCell", has_text=re.compile(r"by_hand = ")).first
    answer(page, stub, answer_source(question, question.mistakes[0]))
    run(page, check)
    expect(check).to_contain_text(question.mistakes[0].hint)
    expect(check).to_contain_text("0 of 1 points on the visible cases")

    answer(page, stub, answer_source(question))
    run(page, check)
    expect(check).to_contain_text("That is right.")
    expect(check).to_contain_text("1 of 1 points on the visible cases")
