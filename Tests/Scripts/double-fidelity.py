#!/usr/bin/env python3
"""Drives the stand-in GitLab with clients that know the real one.

Run by hand:  Tests/Scripts/double-fidelity.py PATH/TO/gitlab-double
Needs the `git` command and the package python-gitlab (`pip install "python-gitlab[graphql]"`).
Prints one line a check and exits with 1 if one fails.
"""

import contextlib
import os
import subprocess
import sys
import tempfile
import time

try:
    import gitlab
except ImportError:
    sys.exit("python-gitlab is missing: pip install 'python-gitlab[graphql]'")

PROJECT = "acme/shop/checkout"
TOKEN = "glpat-fidelity"
GIT = {
    "PATH": os.environ.get("PATH", "/usr/bin:/bin"), "HOME": "/nonexistent",
    "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_TERMINAL_PROMPT": "0",
}
failures = 0


def check(name, holds, detail=""):
    global failures
    failures += not holds
    print(f"{'ok  ' if holds else 'FAIL'}  {name}{'' if holds else f'  ({detail})'}", flush=True)


@contextlib.contextmanager
def double(*arguments):
    """A running double; yields its address."""
    process = subprocess.Popen(
        [sys.argv[1], "serve", "--generate", PROJECT, "--small", "--now", "2025-06-01T12:00:00Z",
         "--token", f"ann={TOKEN}:read_api,read_repository", "--token", "git=glpat-git:read_repository",
         *arguments],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        yield process.stdout.readline().strip().removeprefix("listening on ")
    finally:
        process.terminate()
        check("the double ends on SIGTERM with 0", process.wait(timeout=10) == 0)


def git(*arguments, directory=None):
    return subprocess.run(
        ["git", *arguments], cwd=directory, env=GIT, capture_output=True, text=True)


def with_login(url, password=TOKEN):
    return url.replace("://", f"://oauth2:{password}@")


def raises(kind, code, action):
    try:
        action()
    except kind as error:
        return error.response_code == code
    return False


def api(url):
    client = gitlab.Gitlab(url, private_token=TOKEN, keep_base_url=True)
    client.auth()
    check("auth: /user", client.user.username == "ann", client.user.username)
    check("version: /version", client.version()[0] == "18.1.1-ee", client.version())
    token = client.personal_access_tokens.get("self")
    check("token: self", token.scopes == ["read_api", "read_repository"] and token.active)

    project = client.projects.get(PROJECT)
    check("project by path", project.path_with_namespace == PROJECT)
    check("project by id", client.projects.get(project.id).id == project.id)
    check("projects by keyset", len(list(client.projects.list(
        iterator=True, pagination="keyset", order_by="id", per_page=1))) == 2)

    pages = project.mergerequests.list(
        iterator=True, per_page=7, state="all", order_by="updated_at", sort="asc")
    total = pages.total
    requests = list(pages)
    check("merge requests: iterator over pages", len(requests) == total > 60, (len(requests), total))
    check("merge requests: ascending", [r.updated_at for r in requests] == sorted(
        r.updated_at for r in requests))
    check("merge requests: all at once", len(project.mergerequests.list(get_all=True)) == total)
    merged = project.mergerequests.list(state="merged", get_all=True)
    check("merge requests: state", all(r.state == "merged" for r in merged) and merged)
    some = project.mergerequests.list(iids=[3, 5], get_all=True)
    check("merge requests: iids", sorted(r.iid for r in some) == [3, 5])
    middle = requests[len(requests) // 2].updated_at
    later = project.mergerequests.list(updated_after=middle, get_all=True)
    check("merge requests: updated_after", {r.iid for r in later} == {
        r.iid for r in requests if r.updated_at >= middle})

    one = project.mergerequests.get(merged[0].iid)
    check("merge request: diff refs", set(one.diff_refs) == {"base_sha", "head_sha", "start_sha"})
    check("merge request: changes count", int(one.changes_count) > 0)
    versions = one.diffs.list(get_all=True)
    check("versions", versions[0].head_commit_sha == one.diff_refs["head_sha"])
    version = one.diffs.get(versions[0].id)
    check("version: diffs", len(version.diffs) == int(versions[0].real_size))
    check("commits", next(iter(one.commits())).id == one.sha)
    check("changes", len(one.changes()["changes"]) == int(one.changes_count))
    commit = project.commits.get(one.sha)
    check("commit: stats", commit.stats["total"] == commit.stats["additions"] + commit.stats["deletions"])
    check("branches", "main" in [b.name for b in project.branches.list(get_all=True)])

    data = gitlab.GraphQL(url, token=TOKEN).execute(
        'query { project(fullPath: "%s") { mergeRequests(first: 100) { count nodes { iid '
        "diffRefs { headSha } diffStatsSummary { fileCount } } } } }" % PROJECT)
    nodes = data["project"]["mergeRequests"]["nodes"]
    check("GraphQL", len(nodes) == min(total, 100) and nodes[0]["diffRefs"]["headSha"])

    missing = gitlab.exceptions.GitlabGetError
    check("404", raises(missing, 404, lambda: client.projects.get("acme/absent")))
    check("404 of a merge request", raises(missing, 404, lambda: project.mergerequests.get(9999)))
    check("401", raises(
        gitlab.exceptions.GitlabAuthenticationError, 401,
        lambda: gitlab.Gitlab(url, private_token="wrong").projects.get(PROJECT)))
    check("403 for a scope", raises(
        missing, 403, lambda: gitlab.Gitlab(url, private_token="glpat-git").projects.get(PROJECT)))
    check("OAuth token as Bearer: unknown", raises(
        gitlab.exceptions.GitlabAuthenticationError, 401,
        lambda: gitlab.Gitlab(url, oauth_token="x").projects.get(PROJECT)))
    return requests, one


def repository(url, requests, one):
    remote = with_login(f"{url}/{PROJECT}.git")
    with tempfile.TemporaryDirectory() as folder:
        for version in ("0", "2"):
            clone = f"{folder}/mirror-{version}"
            done = git("-c", f"protocol.version={version}", "clone", "--mirror", remote, clone)
            check(f"git clone --mirror, protocol {version}", done.returncode == 0, done.stderr)
            check("git fsck", git("fsck", "--strict", directory=clone).returncode == 0)
            refs = git("for-each-ref", "--format=%(refname)", directory=clone).stdout.split()
            check("refs of all merge requests", all(
                f"refs/merge-requests/{r.iid}/head" in refs for r in requests))
            check("no keep-around refs", not any("keep-around" in r for r in refs))
        bare = f"{folder}/bare"
        git("init", "--bare", bare)
        done = git("fetch", remote, "+refs/merge-requests/*/head:refs/mr/*", directory=bare)
        check("git fetch refs/merge-requests/*/head", done.returncode == 0, done.stderr)
        for version in ("0", "2"):
            bare = f"{folder}/one-{version}"
            git("init", "--bare", bare)
            done = git("-c", f"protocol.version={version}", "fetch", "--depth=1", remote, one.sha,
                       directory=bare)
            check(f"git fetch of a bare id, protocol {version}", done.returncode == 0, done.stderr)
        partial = f"{folder}/partial"
        done = git("clone", "--bare", "--filter=blob:none", remote, partial)
        objects = git("rev-list", "--objects", "--all", "--missing=print", directory=partial).stdout
        check("git clone --filter=blob:none", done.returncode == 0 and "\n?" in objects, done.stderr)
        done = git("clone", with_login(f"{url}/{PROJECT}.git", "wrong"), f"{folder}/no")
        check("wrong password", done.returncode != 0 and "Authentication failed" in done.stderr,
              done.stderr)
        done = git("clone", with_login(f"{url}/acme/absent.git"), f"{folder}/no")
        check("missing repository", done.returncode != 0 and "not found" in done.stderr, done.stderr)
        done = git("push", remote, "HEAD:refs/heads/new", directory=f"{folder}/mirror-2")
        check("push is refused", done.returncode != 0, done.stderr)
        done = git("ls-remote", with_login(f"{url}/{PROJECT}"))
        check("address without .git", done.returncode == 0 and "refs/heads/main" in done.stdout,
              done.stderr)


def trouble():
    with double("--fault", "429@/api/*/projects/*x1") as url:
        client = gitlab.Gitlab(url, private_token=TOKEN, retry_transient_errors=False)
        check("429 is raised where retries are off", raises(
            gitlab.exceptions.GitlabGetError, 429,
            lambda: client.projects.get(PROJECT, obey_rate_limit=False)))
    with double("--fault", "429:1@/api/*/projects/*x2") as url:
        client = gitlab.Gitlab(url, private_token=TOKEN)
        start = time.monotonic()
        check("429 is retried", client.projects.get(PROJECT).path_with_namespace == PROJECT)
        check("429 made the client wait as told", 1.9 < time.monotonic() - start < 10)
    with double("--fault", "503@/api/*/projects/*x1") as url:
        client = gitlab.Gitlab(url, private_token=TOKEN, retry_transient_errors=True)
        start = time.monotonic()
        check("503 is retried", client.projects.get(PROJECT).path_with_namespace == PROJECT)
        check("503 made the client wait", time.monotonic() - start > 0.05)
    with double("--fault", "html@/api/*/projects/*x1") as url:
        client = gitlab.Gitlab(url, private_token=TOKEN)
        try:
            client.projects.get(PROJECT)
            check("HTML is no JSON", False)
        except gitlab.exceptions.GitlabParsingError:
            check("HTML is no JSON", True)
    with double("--fault", "flip:200@*/git-upload-packx2") as url, \
            tempfile.TemporaryDirectory() as folder:
        done = git("-c", "protocol.version=0", "clone", with_login(f"{url}/{PROJECT}.git"),
                   f"{folder}/clone")
        check("a flipped byte breaks the pack", done.returncode != 0, done.stderr)


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    for prefix in ("", "/gitlab"):
        print(f"prefix '{prefix}':")
        with double("--prefix", prefix) as url:
            requests, one = api(url)
            repository(url, requests, one)
    print("faults:")
    trouble()
    print(f"{failures} checks failed" if failures else "all checks hold")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
